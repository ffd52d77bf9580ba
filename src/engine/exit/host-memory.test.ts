import { describe, expect, test } from 'bun:test';
import { classifyExit } from './classify.ts';
import { exitOf, servedUntil, START_FAILED } from './evidence.fixture.ts';
import type { ExitEvidence } from './evidence.ts';

const causeOf = (exit: ExitEvidence) => classifyExit(exit).cause;
const killed = (pid: number, name: string) =>
  `Out of memory: Killed process ${pid} (${name}) total-vm:160958068kB, anon-rss:6548368kB, file-rss:0kB`;

describe("the kernel's own word", () => {
  test('counts for a process of its own, not for a neighbour’s of the same name', () => {
    const kernelLines = [killed(4711, 'VLLM::EngineCor')];
    expect(causeOf(servedUntil({ kernelLines, pids: [4700, 4711] }))).toBe('host_out_of_memory');
    expect(causeOf(servedUntil({ kernelLines, pids: [1, 2] }))).toBe('engine_core_died');
    expect(causeOf(servedUntil({ kernelLines }))).toBe('host_out_of_memory');
  });

  test('does not count for a helper that it lost long ago', () => {
    const exit = { kernelLines: [killed(4711, 'cc1')], pids: [4700, 4711] };
    expect(causeOf(servedUntil(exit))).toBe('engine_core_died');
    expect(causeOf(exitOf({ ...exit, logTail: [START_FAILED] }))).toBe('host_out_of_memory');
  });

  test('counts for its leader, which carries no title', () => {
    const exit = { kernelLines: [killed(4700, 'vllm')], pids: [4700], code: null, signal: 'SIGKILL' };
    expect(causeOf(servedUntil(exit))).toBe('host_out_of_memory');
    expect(causeOf(servedUntil({ ...exit, seen: 'stalled' }))).toBe('stalled');
  });

  test('says whose memory ran out', () => {
    const line =
      'Memory cgroup out of memory: Killed process 2218304 (VLLM::Worker) total-vm:8483048kB, anon-rss:2816968kB, file-rss:0kB';
    expect(classifyExit(servedUntil({ kernelLines: [line], pids: [2_218_304] })).advice).toBe(
      'The kernel killed its VLLM::Worker (pid 2218304), which held 2.7 GiB, for want of memory of its cgroup (MemoryMax= or the container); give it more, or run less there.',
    );
  });
});

describe('the count of kills, which may be of anybody on the host', () => {
  const LAST_WORDS = [
    '(EngineCore_DP0 pid=2) ERROR 11-21 12:00:00 [core.py:1] RuntimeError: shapes do not match',
    'vllm.v1.engine.exceptions.EngineDeadError: EngineCore encountered an issue.',
  ];
  const NEIGHBOUR_KILLED = { kernelLines: [killed(4711, 'VLLM::EngineCor')], pids: [1, 2] };

  test.each([
    ['SIGKILL from nobody we know', servedUntil({ code: null, signal: 'SIGKILL', oomKills: 1 })],
    ['a core that died while it served', servedUntil({ oomKills: 1 })],
    ['a core that was gone before it could say why', exitOf({ oomKills: 1, logTail: [START_FAILED] })],
    [
      'a start whose core was gone before it was seen',
      exitOf({ oomKills: 1, logTail: [START_FAILED], ...NEIGHBOUR_KILLED }),
    ],
    ['a core that we saw dead', servedUntil({ code: null, signal: 'SIGKILL', seen: 'engine_core_died', oomKills: 1 })],
  ])('explains %s', (_, exit) => {
    expect(classifyExit(exit)).toMatchObject({ cause: 'host_out_of_memory', from: 'kernel' });
  });

  test.each([
    ['our own SIGKILL', servedUntil({ code: null, signal: 'SIGKILL', seen: 'stalled', oomKills: 1 }), 'stalled'],
    ['another signal', servedUntil({ code: null, signal: 'SIGSEGV', oomKills: 1 }), 'crashed'],
    ['what the log explains', exitOf({ oomKills: 1, logTail: ['CUDA out of memory.'] }), 'cuda_out_of_memory'],
    ['a core that said what it died of', servedUntil({ oomKills: 1, logTail: LAST_WORDS }), 'engine_core_died'],
    ['a core’s death where others were killed', servedUntil({ oomKills: 1, ...NEIGHBOUR_KILLED }), 'engine_core_died'],
    [
      'bug: SIGKILL to the leader of a start, which is known, where others were killed',
      exitOf({ code: null, signal: 'SIGKILL', oomKills: 1, ...NEIGHBOUR_KILLED }),
      'killed',
    ],
    [
      'bug: a start whose core died where what was killed is no engine’s',
      exitOf({ oomKills: 1, logTail: [START_FAILED], kernelLines: [killed(4711, 'java')], pids: [1, 2] }),
      'engine_core_died',
    ],
  ] as const)('does not explain %s', (_, exit, cause) => {
    expect(causeOf(exit)).toBe(cause);
  });
});
