import { describe, expect, test } from 'bun:test';
import { classifyExit } from './classify.ts';
import { exitOf, servedUntil, START_FAILED } from './evidence.fixture.ts';
import type { ExitEvidence } from './evidence.ts';

const causeOf = (exit: ExitEvidence) => classifyExit(exit).cause;

const OUT_OF_MEMORY = '(EngineCore pid=77) torch.OutOfMemoryError: CUDA out of memory. Tried to allocate 1.00 GiB.';
const CORE_DEAD = '(APIServer pid=1) vllm.v1.engine.exceptions.EngineDeadError: EngineCore encountered an issue.';
const NOT_ADMITTED =
  'ValueError: Free memory on device cuda:0 (19.69/44.43 GiB) on startup is less than desired GPU memory utilization (0.52, 23.1 GiB).';
const KILLED_FOR_MEMORY = 'Out of memory: Killed process 77 (VLLM::EngineCor) total-vm:9kB, anon-rss:28812352kB';

describe('a root cause comes before what follows from it', () => {
  test.each([
    ['before', [OUT_OF_MEMORY, CORE_DEAD]],
    ['after', [CORE_DEAD, OUT_OF_MEMORY]],
  ])('a dead core is a cause only where no deeper one stands in the log, be it %s', (_, logTail) => {
    expect(causeOf(servedUntil({ logTail }))).toBe('cuda_out_of_memory');
    expect(causeOf(servedUntil({ logTail: [CORE_DEAD] }))).toBe('engine_core_died');
  });

  test('the kernel killed the core: what the rest of the engine says of it is a consequence', () => {
    const exit = { kernelLines: [KILLED_FOR_MEMORY], pids: [1, 77] };
    expect(causeOf(servedUntil({ ...exit, logTail: [CORE_DEAD] }))).toBe('host_out_of_memory');
    expect(causeOf(servedUntil({ ...exit, logTail: ['CUDA error: unknown error'] }))).toBe('host_out_of_memory');
  });

  test('a card that is gone explains its errors', () => {
    const exit = servedUntil({ logTail: ['CUDA error: unspecified launch failure', CORE_DEAD], card: 'lost' });
    expect(causeOf(exit)).toBe('card_lost');
  });

  test('a start that was refused for its words or its room is explained by that alone', () => {
    const kernelLines = ['NVRM: Xid (PCI:0000:1a:00): 79, GPU has fallen off the bus.'];
    expect(causeOf(exitOf({ logTail: [NOT_ADMITTED, START_FAILED], kernelLines }))).toBe('no_card_memory');
  });

  test('a hub that was tried in vain explains only what nothing else does', () => {
    const fetch = 'requests.exceptions.ConnectionError: Max retries exceeded with url: /api/models/x';
    expect(causeOf(exitOf({ logTail: [fetch] }))).toBe('model_unreachable');
    expect(causeOf(exitOf({ logTail: [fetch, OUT_OF_MEMORY] }))).toBe('cuda_out_of_memory');
  });
});

describe('what was recovered from is no cause', () => {
  test.each([
    '(Worker pid=166) WARNING 08-28 07:38:13 [utils.py:368] autotune: CUDA out of memory, trying a smaller tile',
    "'(MaxRetryError(\"HTTPSConnectionPool(host='huggingface.co', port=443): Max retries exceeded with url: /x\"))' thrown while requesting HEAD https://huggingface.co/x",
    '[W1121 13:29:03.437297667 socket.cpp:464] The server socket has failed to bind (errno: 98 - Address already in use).',
  ])('%s', (line) => {
    expect(causeOf(exitOf({ logTail: [line, START_FAILED] }))).toBe('engine_core_died');
  });
});

describe('an engine that served', () => {
  const signal = { code: null, signal: 'SIGSEGV' } as const;

  test.each([
    'OSError: Qwen/Qwen3-8B does not appear to have a file named processor_config.json.',
    'requests.exceptions.ConnectionError: Max retries exceeded with url: /collect',
    'vllm: error: argument --foo: expected one argument',
    'OSError: [Errno 98] Address already in use',
    NOT_ADMITTED,
  ])('had its flags, its model and its place: %s', (line) => {
    expect(causeOf(servedUntil({ ...signal, logTail: [line] }))).toBe('crashed');
  });

  test('or was about to, has listened: what came before is over', () => {
    const logTail = ['CUDA out of memory', '(APIServer pid=1) INFO:     Application startup complete.'];
    expect(causeOf(exitOf({ code: null, signal: 'SIGSEGV', logTail }))).toBe('crashed');
  });

  test('is not explained by what its start got over', () => {
    const logTail = [OUT_OF_MEMORY, '(APIServer pid=1) INFO:     Application startup complete.', 'INFO: 200 OK'];
    expect(causeOf(servedUntil({ ...signal, logTail }))).toBe('crashed');
    expect(causeOf(servedUntil({ ...signal, logTail: [...logTail, OUT_OF_MEMORY] }))).toBe('cuda_out_of_memory');
  });
});

describe('where the log says nothing', () => {
  test('exit code 0 while serving is the death of a core (vllm#48966)', () => {
    expect(causeOf(servedUntil({ code: 0 }))).toBe('engine_core_died');
    expect(causeOf(exitOf({ code: 0 }))).toBe('unknown');
  });

  test('unless it says that a signal asked it to leave', () => {
    const logTail = [
      '(APIServer pid=1) INFO 11-21 10:00:00 [launcher.py:245] [shutdown] API server: shutdown triggered',
    ];
    expect(classifyExit(servedUntil({ code: 0, logTail }))).toMatchObject({ cause: 'killed', from: 'signal' });
    expect(causeOf(servedUntil({ code: 0, logTail: [...logTail, CORE_DEAD] }))).toBe('engine_core_died');
  });

  test.each([
    'ERROR 10-14 13:42:23 [core_client.py:564] Engine core proc EngineCore_DP0 died unexpectedly, shutting down client.', // vllm#27549
    'WARNING 11-21 12:18:26 [core_client.py:817] [shutdown] MPClient: engine core exited unexpectedly; starting cleanup',
  ])('in the words of each version: %s', (line) => {
    const logTail = [`(APIServer pid=1) ${line}`];
    expect(classifyExit(servedUntil({ code: 0, logTail }))).toMatchObject({ cause: 'engine_core_died', from: 'log' });
    expect(causeOf(servedUntil({ code: 0, logTail, oomKills: 1 }))).toBe('host_out_of_memory');
  });

  test.each([
    "(APIServer pid=1) RuntimeError: Engine core initialization failed. See root cause above. Failed core proc(s): {'EngineCore': -9}",
    '(EngineCore pid=9) ERROR 11-21 10:00:00 [multiproc_executor.py:315] Worker proc VllmWorker-0 died unexpectedly (exit code: -9), shutting down executor.',
  ])('a signal that a core or worker died of is told: %s', (line) => {
    expect(classifyExit(exitOf({ logTail: [line] }))).toMatchObject({
      cause: 'engine_core_died',
      advice: 'Its engine core died of signal 9; see `journalctl -k`.',
    });
  });

  test('a start whose core is gone without having failed by itself', () => {
    expect(causeOf(exitOf({ logTail: [START_FAILED] }))).toBe('engine_core_died');
    const failed = '(EngineCore pid=9) ERROR 05-01 10:00:00 [core.py:1240] EngineCore failed to start.';
    expect(causeOf(exitOf({ logTail: [failed, START_FAILED] }))).toBe('unknown');
  });

  test('exit code 2 while starting is a refused command line', () => {
    expect(causeOf(exitOf({ code: 2 }))).toBe('bad_flag');
    expect(causeOf(servedUntil({ code: 2 }))).toBe('unknown');
  });

  test.each([
    [127, 'run scripts/install-vllm.sh'],
    [126, 'chmod +x'],
  ])('exit code %i while starting is the shell that found nothing to run', (code, advice) => {
    const found = classifyExit(exitOf({ code }));
    expect(found).toMatchObject({ cause: 'not_executable', retry: false, advice: expect.stringContaining(advice) });
    expect(causeOf(servedUntil({ code }))).toBe('unknown');
  });

  test.each([
    [137, 'killed', 'SIGKILL'],
    [139, 'crashed', 'SIGSEGV'],
  ])('exit code %i is a signal that a shell around it saw', (code, cause, signal) => {
    expect(classifyExit(servedUntil({ code }))).toMatchObject({ cause, advice: expect.stringContaining(signal) });
  });

  test('our own signal is not somebody else’s', () => {
    expect(causeOf(servedUntil({ code: null, signal: 'SIGKILL', seen: 'stalled' }))).toBe('stalled');
    const deeper = servedUntil({ code: null, signal: 'SIGKILL', seen: 'unresponsive', logTail: [OUT_OF_MEMORY] });
    expect(classifyExit(deeper)).toMatchObject({ cause: 'cuda_out_of_memory', from: 'log' });
  });
});

describe('an exception that nobody knows', () => {
  test('is quoted, the first raised of a chain', () => {
    const logTail = [
      '(EngineCore pid=9) ERROR 05-01 10:00:00 [core.py:1240] NotImplementedError: no kernel for sm_61',
      CORE_DEAD,
    ];
    expect(classifyExit(servedUntil({ logTail })).advice).toBe(
      'Its engine core died of "NotImplementedError: no kernel for sm_61".',
    );
  });

  test('and not a complaint about a request, which the API server logs too', () => {
    const logTail = ['(APIServer pid=1) ERROR 05-01 10:00:00 [serving.py:90] ValueError: bad image', CORE_DEAD];
    expect(classifyExit(servedUntil({ logTail })).advice).not.toContain('bad image');
  });

  test('and cut where it says too much', () => {
    const { advice } = classifyExit(exitOf({ logTail: [`ValueError: ${'x'.repeat(5000)}`] }));
    expect(advice.length).toBeLessThan(300);
  });
});
