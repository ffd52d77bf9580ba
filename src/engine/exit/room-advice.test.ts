import { describe, expect, test } from 'bun:test';
import { classifyExit } from './classify.ts';
import { exitOf } from './evidence.fixture.ts';
import type { ExitEvidence } from './evidence.ts';

const read = (line: string, more: Partial<ExitEvidence> = {}) => classifyExit(exitOf({ logTail: [line], ...more }));
const about = (gpuMemoryUtilization: number | undefined, gpu: number | undefined = 0) => ({
  replica: 'light-0',
  gpu,
  gpuMemoryUtilization,
});

describe('less free memory than asked for', () => {
  const line = (free: string, total: string, share: string, wanted: string) =>
    `ValueError: Free memory on device cuda:0 (${free}/${total} GiB) on startup is less than desired GPU memory utilization (${share}, ${wanted} GiB). Decrease GPU memory utilization or reduce GPU memory used by other processes.`;

  test('is told with the value that would pass', () => {
    const { cause, advice } = read(line('24.05', '191.69', '0.85', '162.93'), { about: about(0.85, 3) });
    expect([cause, advice]).toEqual([
      'no_card_memory',
      'Needs 162.93 GiB free on card 3, 24.05 of 191.69 are; lower gpu_memory_utilization of light-0 to 0.12 or stop what else holds memory there.',
    ]);
  });

  test('says where none passes', () => {
    expect(read(line('0.30', '44.43', '0.52', '23.1')).advice).toBe(
      'Needs 23.1 GiB free on card 0, 0.30 of 44.43 are; no value of gpu_memory_utilization of light-0 fits: stop what holds memory there.',
    );
  });

  test('asks to set what nobody has set', () => {
    const { advice } = read(line('31.44', '44.43', '0.92', '40.88'), { about: about(undefined) });
    expect(advice).toContain('; set gpu_memory_utilization of light-0 to 0.70 or');
  });

  test('says so where it is free by now', () => {
    const card = { totalMiB: 45_496, freeMiB: 45_000, holders: [] };
    expect(read(line('19.69', '44.43', '0.52', '23.1'), { card }).advice).toEndWith('; by now 43.9 GiB are free.');
  });

  test('in the words of a version that does not name the device, and of the CPU', () => {
    const old = line('31.44', '47.38', '0.95', '45.01').replace(' cuda:0', '');
    expect(read(old).cause).toBe('no_card_memory');
    const cpu =
      'ValueError: Available memory on node 0 (30.78/32.72 GiB) on startup is less than desired CPU memory utilization (0.95, 31.08 GiB).';
    expect(read(cpu, { about: { ...about(0.95), gpu: undefined } }).advice).toStartWith(
      'Needs 31.08 GiB free on this host, 30.78 of 32.72 are; lower gpu_memory_utilization of light-0 to 0.94',
    );
  });
});

describe('no room for the KV cache', () => {
  const TOO_LONG =
    "(EngineCore pid=110) ERROR 08-28 07:39:28 [core.py:1346] ValueError: To serve at least one request with the model's max seq len (40960), (4.38 GiB KV cache is needed, which is larger than the available KV cache memory (1.0 GiB). Based on the available memory, the estimated maximum model length is 9344. Try increasing `gpu_memory_utilization` or decreasing `max_model_len` when initializing the engine.";

  test('of one request: the length that fits, and the share that takes', () => {
    const card = { totalMiB: 45_496, freeMiB: 40_000, holders: [] };
    expect(read(TOO_LONG, { card, about: about(0.38) }).advice).toBe(
      'One request of 40960 tokens needs 4.38 GiB of KV cache, 1.0 GiB are left; lower max_model_len to 9344, or raise gpu_memory_utilization of light-0 to 0.46 or more, 0.87 at most.',
    );
  });

  test('where the card has not as much free, no value fits', () => {
    const card = { totalMiB: 45_496, freeMiB: 18_000, holders: [{ pid: 7, name: 'python', usedMiB: 27_000 }] };
    expect(read(TOO_LONG, { card, about: about(0.38) }).advice).toContain(
      'no value of gpu_memory_utilization of light-0 fits: it takes 0.46 and 0.39 of the card is free (26.4 GiB held by pid 7 python)',
    );
  });

  test('in the words of other versions', () => {
    // vllm#32105
    const plain =
      "ValueError: To serve at least one request with the models's max seq len (262144), 24.0 GiB KV cache is needed, which is larger than the available KV cache memory (9.05 GiB).";
    expect(read(plain).advice).toContain(
      'needs 24.0 GiB of KV cache, 9.05 GiB are left; lower max_model_len, or raise',
    );
  });

  test('at all: by the last figure that the engine measured', () => {
    const logTail = [
      'INFO 09-08 10:00:02 [gpu_worker.py:456] Available KV cache memory: -3.21 GiB', // vllm#55827
      'ValueError: No available memory for the cache blocks. Try increasing `gpu_memory_utilization` when initializing the engine.',
    ];
    const card = { totalMiB: 32_607, freeMiB: 30_000, holders: [] };
    expect(classifyExit(exitOf({ logTail, card, about: about(0.2) })).advice).toStartWith(
      '-3.21 GiB are left for the KV cache once weights and working memory have theirs; raise gpu_memory_utilization of light-0 to 0.31 or more, 0.92 at most',
    );
  });

  test('without a card to read, the share is to go up by no more than is known', () => {
    expect(read('ValueError: No available memory for the cache blocks.').advice).toStartWith(
      'Nothing is left for the KV cache once weights and working memory have theirs; raise gpu_memory_utilization of light-0 above 0.52',
    );
  });

  test('on a CPU it has a size of its own', () => {
    expect(read(TOO_LONG, { about: { ...about(undefined), gpu: undefined } }).advice).toContain(
      'or raise VLLM_CPU_KVCACHE_SPACE (GiB) in engine.env',
    );
  });
});
