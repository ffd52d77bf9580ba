import { afterEach, describe, expect, test } from 'bun:test';
import { existsSync, mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { silentLog, systemClock } from '../../telemetry/index.ts';
import type { ProcessGroup, Processes, VitalProcess } from './process-group.ts';
import { createProcesses } from './processes.ts';
import { eventually, isRunning, LEADER_AND_CORE, scratchDirectory, startSupervisor } from './scratch.fixture.ts';

const PATH = '/usr/bin:/bin';
const undo: (() => void | Promise<void>)[] = [];

afterEach(async () => {
  for (const step of undo.splice(0).toReversed()) await step();
});

function setUp(): { processes: Processes; stateDirectory: string } {
  const scratch = scratchDirectory();
  const processes = createProcesses({ clock: systemClock, log: silentLog, stateDirectory: scratch.path });
  undo.push(
    () => scratch[Symbol.dispose](),
    () => processes.close(),
  );
  return { processes, stateDirectory: scratch.path };
}

/** Starts a script under sh; answers once it has written a line. */
async function spawnScript(
  processes: Processes,
  script: string,
): Promise<{ group: ProcessGroup; lines: string[]; pids: readonly number[] }> {
  const lines: string[] = [];
  const group = processes.spawn({ name: 'engine', argv: ['sh', '-c', script], env: { PATH } }, (text) =>
    lines.push(text),
  );
  undo.push(() => group.killGroup());
  const first = await eventually('a first line', () => lines[0]);
  return { group, lines, pids: first.split(' ').map(Number) };
}

describe('a spawned command', () => {
  test('leads a session of its own, and its children belong to it', async () => {
    const { processes } = setUp();
    const { group, pids } = await spawnScript(processes, LEADER_AND_CORE);
    expect(pids[0]).toBe(group.pid);
    expect(new Set(group.members())).toEqual(new Set(pids));
  });

  test('gets the environment it was given and nothing else', async () => {
    const { processes } = setUp();
    const lines: string[] = [];
    const env = { CUDA_VISIBLE_DEVICES: '0', PATH };
    const group = processes.spawn({ name: 'engine', argv: ['/usr/bin/env'], env }, (text) => lines.push(text));
    await group.outputEnded;
    expect(lines.toSorted()).toEqual(['CUDA_VISIBLE_DEVICES=0', `PATH=${PATH}`]);
  });

  test('has no input, and both its outputs come in the order written', async () => {
    const { processes } = setUp();
    const { group, lines } = await spawnScript(processes, 'readlink /proc/$$/fd/0; echo two >&2; echo three; exit 3');
    expect(await group.exited).toEqual({ code: 3, signal: null });
    await group.outputEnded;
    expect(lines).toEqual(['/dev/null', 'two', 'three']);
  });

  test('that cannot be found ends at once and says so', async () => {
    const { processes } = setUp();
    const lines: string[] = [];
    const group = processes.spawn({ name: 'engine', argv: ['no-such-engine'], env: { PATH } }, (text) =>
      lines.push(text),
    );
    expect(await group.exited).toEqual({ code: 127, signal: null });
    await group.outputEnded;
    expect(lines.join()).toContain('no-such-engine');
  });

  test('may be ended before it has begun', async () => {
    const { processes } = setUp();
    const group = processes.spawn({ name: 'engine', argv: ['sleep', '600'], env: { PATH } }, () => {});
    group.terminateLeader();
    expect(await group.exited).toEqual({ code: null, signal: 'SIGTERM' });
  });

  test('is not started where it could not be recorded', () => {
    const processes = createProcesses({ clock: systemClock, log: silentLog, stateDirectory: '/proc/no-such' });
    undo.push(() => processes.close());
    expect(() => processes.spawn({ name: 'engine', argv: ['true'], env: { PATH } }, () => {})).toThrow(
      '/proc/no-such/groups.json cannot be written',
    );
  });
});

describe('a group', () => {
  test('tells of the death of a vital member while its leader goes on', async () => {
    const { processes } = setUp();
    const { group, pids } = await spawnScript(processes, LEADER_AND_CORE);
    const [, core = 0] = pids;
    const lost: VitalProcess[] = [];
    let isFound = false;
    const isVital = (comm: string): boolean => {
      isFound ||= comm === 'sleep';
      return comm === 'sleep';
    };
    undo.push(group.onVitalDeath(isVital, (process) => lost.push(process)));
    await eventually('it was found', () => isFound);
    process.kill(core, 'SIGKILL');
    await eventually('it was told', () => lost.length > 0);
    expect(lost).toEqual([{ pid: core, comm: 'sleep' }]);
  });

  test('remembers who was in it when it was killed', async () => {
    const { processes } = setUp();
    const { group, pids } = await spawnScript(processes, LEADER_AND_CORE);
    group.killGroup();
    await eventually('nothing is left', () => group.members().length === 0);
    expect(new Set(group.everMembers())).toEqual(new Set(pids));
  });

  test('bug: a core that dies while it starts, before anybody watches it, is known by its pid', async () => {
    const { processes } = setUp();
    const { group, lines, pids } = await spawnScript(processes, 'sleep 600 & echo "$$ $!"; wait "$!"; echo "it died"');
    const [, core = 0] = pids;
    await eventually('it was seen', () => group.everMembers().includes(core));
    process.kill(core, 'SIGKILL');
    await group.outputEnded;
    expect(lines.at(-1)).toBe('it died');
    expect(group.everMembers()).toEqual([group.pid, core]);
  });

  test('begins with no kill for want of memory to its name', async () => {
    const { processes } = setUp();
    const { group } = await spawnScript(processes, LEADER_AND_CORE);
    expect(group.oomKills()).toBe(0);
  });
});

test('who listens on a port is found', () => {
  const { processes } = setUp();
  const listener = Bun.listen({ hostname: '127.0.0.1', port: 0, socket: { data() {} } });
  undo.push(() => listener.stop(true));
  expect(processes.holderOf(listener.port)).toMatchObject({ pid: process.pid });
});

describe('signals', () => {
  test('SIGTERM reaches the leader only', async () => {
    const { processes } = setUp();
    const { group, pids } = await spawnScript(processes, LEADER_AND_CORE);
    group.terminateLeader();
    expect(await group.exited).toEqual({ code: null, signal: 'SIGTERM' });
    expect(group.members()).toEqual(pids.slice(1));
  });

  test('SIGKILL reaches the whole group, orphans and groups inside its session too', async () => {
    const { processes } = setUp();
    // `set -m` gives the child a group of its own; dash does that on a terminal only.
    const nested = `exec bash -c 'set -m; sleep 600 & echo "$$ $!"; wait'`;
    const { group, pids } = await spawnScript(processes, nested);
    process.kill(group.pid, 'SIGKILL');
    expect(await group.exited).toEqual({ code: null, signal: 'SIGKILL' });
    expect(group.members()).toEqual(pids.slice(1));
    group.killGroup();
    await eventually('nothing is left', () => group.members().length === 0);
    group.killGroup(); // of nobody: does nothing
  });
});

describe('the record', () => {
  test('names what runs, and nothing once it is forgotten', async () => {
    const { processes, stateDirectory } = setUp();
    const { group } = await spawnScript(processes, LEADER_AND_CORE);
    const recorded = (): unknown => JSON.parse(readFileSync(join(stateDirectory, 'groups.json'), 'utf8'));
    expect(recorded()).toMatchObject({ groups: [{ name: 'engine', pgid: group.pid }] });
    group.killGroup();
    await eventually('nothing is left', () => group.members().length === 0);
    group.forget();
    expect(recorded()).toMatchObject({ groups: [] });
    await processes.close();
    expect(existsSync(join(stateDirectory, 'groups.json'))).toBe(false);
  });
});

test('bug: a record that cannot be removed is told, and hides no other failure of a stop', async () => {
  const scratch = scratchDirectory();
  undo.push(() => scratch[Symbol.dispose]());
  const told: unknown[] = [];
  const log = { ...silentLog, error: (...words: unknown[]) => void told.push(words) };
  const processes = createProcesses({ clock: systemClock, log, stateDirectory: scratch.path });
  mkdirSync(join(scratch.path, 'groups.json')); // as good as a read-only file system, for root too
  await processes.close();
  expect(told).toMatchObject([[{}, expect.stringContaining('groups.json cannot be removed')]]);
});

test('bug: a record that a power cut emptied keeps nobody from starting', async () => {
  const { processes, stateDirectory } = setUp();
  await Bun.write(join(stateDirectory, 'groups.json'), '');
  await processes.sweep();
  const { group } = await spawnScript(processes, LEADER_AND_CORE);
  expect(group.members()).toHaveLength(2);
});

describe('kill -9 of this program', () => {
  test('leaves no engine behind, and no guard', async () => {
    using scratch = scratchDirectory();
    await using supervisor = await startSupervisor(scratch.path, LEADER_AND_CORE);
    const { pid, pids } = supervisor;
    expect(pids).toHaveLength(3); // leader, core, guard
    expect(pids.every(isRunning)).toBe(true);
    process.kill(pid, 'SIGKILL');
    await eventually('all are gone', () => !pids.some(isRunning));
  });

  test('together with its guard leaves orphans, which the next start sweeps', async () => {
    using scratch = scratchDirectory();
    await using supervisor = await startSupervisor(scratch.path, LEADER_AND_CORE);
    const { pid, pids } = supervisor;
    const [leader = 0, core = 0, guard = 0] = pids;
    process.kill(pid, 'SIGSTOP'); // so that it starts no other guard
    process.kill(guard, 'SIGKILL');
    process.kill(pid, 'SIGKILL');
    await eventually('it is dead', () => !isRunning(pid) && !isRunning(guard));
    process.kill(leader, 'SIGKILL');
    await eventually('its leader is dead', () => !isRunning(leader));
    expect(isRunning(core)).toBe(true);

    const next = createProcesses({ clock: systemClock, log: silentLog, stateDirectory: scratch.path });
    undo.push(() => next.close());
    await next.sweep();
    expect(isRunning(core)).toBe(false);
  });
});
