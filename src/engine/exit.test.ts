import { describe, expect, test } from 'bun:test';
import { classifyExit, type ExitEvidence } from './exit.ts';

const LAST =
  '(APIServer pid=1) RuntimeError: Engine core initialization failed. See root cause above. Failed core proc(s): {}';

function exit(logTail: readonly string[], more: Partial<ExitEvidence> = {}) {
  return classifyExit({ code: 1, signal: null, whileIn: 'starting', logTail: [...logTail, LAST], ...more });
}

describe('what the log says', () => {
  test('a flag that vLLM does not know', () => {
    const logTail = [
      'usage: vllm serve [model_tag] [options]',
      'vllm: error: unrecognized arguments: --disable-log-requests',
    ];
    expect(exit(logTail, { code: 2 })).toEqual({
      cause: 'bad_flag',
      retry: false,
      from: 'log',
      advice: 'Correct the args of the pool or replica: unrecognized arguments: --disable-log-requests',
    });
  });

  test('a tool parser that does not exist', () => {
    const { cause, advice } = exit(["KeyError: 'invalid tool call parser: hermez (chose from { hermes,mistral })'"]);
    expect([cause, advice]).toEqual([
      'bad_flag',
      'Correct the args of the pool or replica: invalid tool call parser: hermez',
    ]);
  });

  test('less free memory than asked for, with the numbers', () => {
    const logTail = [
      '(EngineCore pid=253) ERROR 07-15 [core.py:1240] ValueError: Free memory on device cuda:0 (19.69/44.43 GiB) on startup is less than desired GPU memory utilization (0.52, 23.1 GiB). Decrease GPU memory utilization or reduce GPU memory used by other processes.',
    ];
    expect(exit(logTail)).toMatchObject({
      cause: 'no_card_memory',
      retry: true,
      advice: expect.stringContaining(
        'Needs 23.1 GiB free on its card (gpu_memory_utilization 0.52 of 44.43), 19.69 GiB are;',
      ),
    });
  });

  test('the same from a version that does not name the device', () => {
    const line =
      'ValueError: Free memory on device (31.44/47.38 GiB) on startup is less than desired GPU memory utilization (0.95, 45.01 GiB).';
    expect(exit([line])).toMatchObject({ cause: 'no_card_memory', advice: expect.stringContaining('31.44 GiB are') });
  });

  test('no room for one request of the longest length', () => {
    const line =
      "(EngineCore pid=110) ERROR 08-28 07:39:28 [core.py:1346] ValueError: To serve at least one request with the model's max seq len (40960), (4.38 GiB KV cache is needed, which is larger than the available KV cache memory (1.0 GiB). Based on the available memory, the estimated maximum model length is 9344.";
    expect(exit([line])).toMatchObject({
      cause: 'no_kv_room',
      advice: expect.stringContaining('One request of 40960 tokens needs 4.38 GiB of KV cache, 1.0 GiB are left'),
    });
  });

  test('no KV cache at all', () => {
    const logTail = [
      '(EngineCore pid=9) INFO 05-01 [gpu_worker.py:456] Available KV cache memory: -0.01 GiB',
      '(EngineCore pid=9) ERROR 05-01 [core.py:1240] ValueError: No available memory for the cache blocks. Try increasing `gpu_memory_utilization` when initializing the engine.',
    ];
    expect(exit(logTail).cause).toBe('no_kv_room');
  });

  test('a neighbour that freed memory while this one measured', () => {
    const line =
      'AssertionError: Error in memory profiling. Initial free memory 58.23 GiB, current free memory 59.34 GiB. This happens when other processes sharing the same container release GPU memory while vLLM is profiling during initialization.';
    expect(exit([line])).toMatchObject({
      cause: 'profiling_race',
      retry: true,
      advice: expect.stringContaining('(58.23 GiB → 59.34 GiB free)'),
    });
  });

  test('the card out of memory', () => {
    const line =
      'torch.OutOfMemoryError: CUDA out of memory. Tried to allocate 260.00 MiB. GPU 0 has a total capacity of 44.43 GiB of which 94.06 MiB is free.';
    expect(exit([line])).toMatchObject({ cause: 'cuda_out_of_memory', retry: true });
  });

  test('a fault of the card, not the death of the core that follows from it', () => {
    const logTail = [
      '(EngineCore pid=77) torch.AcceleratorError: CUDA error: an illegal memory access was encountered',
      '(APIServer pid=1) vllm.v1.engine.exceptions.EngineDeadError: EngineCore encountered an issue. See stack trace (above) for the root cause.',
    ];
    expect(exit(logTail, { code: 0, whileIn: 'serving' })).toMatchObject({
      cause: 'cuda_fault',
      advice: expect.stringContaining('"an illegal memory access was encountered"'),
    });
  });

  test.each([
    "ValueError: Invalid repository ID or local directory specified: '/models/none'.",
    'Repository Not Found for url: https://huggingface.co/Qwen/None/resolve/main/config.json.',
    "huggingface_hub.errors.HFValidationError: Repo id must be in the form 'repo_name' or 'namespace/repo_name': '/root/None'.",
    'OSError: v9 is not a valid git identifier (branch name, tag name or commit id) that exists for this model name.',
    'huggingface_hub.errors.GatedRepoError: 403 Client Error.',
  ])('no such model: %s', (line) => {
    expect(exit([line])).toMatchObject({ cause: 'bad_model', retry: false });
  });

  test('a model that cannot be fetched now may be later', () => {
    const line =
      "OSError: We couldn't connect to 'https://huggingface.co' to load the files, and couldn't find them in the cached files.";
    expect(exit([line])).toMatchObject({ cause: 'model_unreachable', retry: true });
  });

  test('a port or socket that is taken', () => {
    const line = '(APIServer pid=1) OSError: [Errno 98] Address already in use';
    expect(exit([line])).toMatchObject({ cause: 'address_in_use', retry: true });
  });

  test('an engine core that died', () => {
    const line =
      '(APIServer pid=1) ERROR 11-21 [core_client.py:702] Engine core proc EngineCore_DP0 died unexpectedly, shutting down client.';
    expect(exit([line], { code: 0, whileIn: 'serving' })).toMatchObject({ cause: 'engine_core_died', retry: true });
  });
});

describe('what the log says outranks how it ended', () => {
  const OUT_OF_MEMORY = '(EngineCore pid=77) torch.OutOfMemoryError: CUDA out of memory. Tried to allocate 1.00 GiB.';
  const CORE_DEAD = '(APIServer pid=1) vllm.v1.engine.exceptions.EngineDeadError: EngineCore encountered an issue.';

  test('and is marked as such, for a health verdict knows less', () => {
    const killed = { code: null, signal: 'SIGKILL', whileIn: 'serving' } as const;
    expect(exit([OUT_OF_MEMORY], killed)).toMatchObject({ cause: 'cuda_out_of_memory', from: 'log' });
    expect(exit(['INFO: 200 OK'], killed)).toMatchObject({ cause: 'killed', from: 'signal' });
    expect(exit(['INFO: 200 OK'], { code: 0, whileIn: 'serving' })).toMatchObject({ from: 'code' });
  });

  test.each([
    ['before', [OUT_OF_MEMORY, CORE_DEAD]],
    ['after', [CORE_DEAD, OUT_OF_MEMORY]],
  ])('a dead core is a cause only where no deeper one stands in the log, be it %s', (_, logTail) => {
    expect(exit(logTail, { code: 0, whileIn: 'serving' }).cause).toBe('cuda_out_of_memory');
    expect(exit([CORE_DEAD], { code: 0, whileIn: 'serving' }).cause).toBe('engine_core_died');
  });

  test.each([
    'OSError: Qwen/Qwen3-8B does not appear to have a file named processor_config.json.',
    'requests.exceptions.ConnectionError: Max retries exceeded with url: /collect',
    'vllm: error: argument --foo: expected one argument',
  ])('but an engine that served had its flags, its model and its place: %s', (line) => {
    expect(exit([line], { code: null, signal: 'SIGSEGV', whileIn: 'serving' })).toMatchObject({
      cause: 'crashed',
      retry: true,
    });
  });
});

const silent = (more: Partial<ExitEvidence>) =>
  classifyExit({ code: null, signal: null, whileIn: 'serving', logTail: ['INFO: 200 OK'], ...more });

describe('where the log says nothing', () => {
  test('exit code 0 while serving is the death of a core (vllm#48966)', () => {
    expect(silent({ code: 0 }).cause).toBe('engine_core_died');
    expect(silent({ code: 0, whileIn: 'starting' }).cause).toBe('unknown');
  });

  test('exit code 2 while starting is a refused command line', () => {
    expect(silent({ code: 2, whileIn: 'starting' }).cause).toBe('bad_flag');
    expect(silent({ code: 2 }).cause).toBe('unknown');
  });

  test.each([
    [127, 'run scripts/install-vllm.sh'],
    [126, 'chmod +x'],
  ])('exit code %i while starting is the shell that found nothing to run', (code, advice) => {
    expect(silent({ code, whileIn: 'starting' })).toMatchObject({
      cause: 'not_executable',
      retry: false,
      from: 'code',
      advice: expect.stringContaining(advice),
    });
    expect(silent({ code }).cause).toBe('unknown');
  });

  test('a signal from outside, or of its own making', () => {
    expect(silent({ signal: 'SIGKILL' })).toMatchObject({
      cause: 'killed',
      advice: expect.stringContaining('journalctl -k'),
    });
    expect(silent({ signal: 'SIGTERM' })).toMatchObject({
      cause: 'killed',
      advice: 'It was ended from outside by SIGTERM.',
    });
    expect(silent({ signal: 'SIGSEGV' }).cause).toBe('crashed');
  });

  test('anything else is unknown, and worth another try', () => {
    expect(silent({ code: 1 })).toMatchObject({
      cause: 'unknown',
      retry: true,
      advice: expect.stringContaining('exited with 1'),
    });
  });
});
