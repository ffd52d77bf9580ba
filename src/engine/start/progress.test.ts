import { describe, expect, test } from 'bun:test';
import * as fc from 'fast-check';
import { START_PHASES, type StartProgress } from './phase.ts';
import { followStart } from './progress.ts';

/** What the lines took a start to, those that took it nowhere left out. */
function follow(lines: readonly string[]): StartProgress[] {
  const further = followStart();
  return lines.map(further).filter((it) => it !== undefined);
}

const shards = (done: number, total: number) =>
  `Loading safetensors checkpoint shards: ${Math.round((100 * done) / total)}% Completed | ${done}/${total} [00:13<00:11,  2.87s/it]`;
const file = (number: number, percent: number) =>
  `model-0000${number}-of-00006.safetensors: ${percent}%|███▉    | 2.24G/4.98G [00:21<00:24, 112MB/s]`;
const graphs = (kind: string, done: number, total: number) =>
  `Capturing CUDA graphs (${kind}):  18%|█▊        | ${done}/${total} [00:02<00:00, 27.45it/s]`;

describe('a start', () => {
  test('goes through its phases with what is known of each', () => {
    expect(
      follow([
        '(APIServer pid=1) INFO 11-21 00:16:27 [utils.py:240] version 0.32.0',
        "(APIServer pid=1) INFO 11-21 00:16:27 [utils.py:236] non-default args: {'uds': '/run/a.sock'}",
        '(EngineCore pid=31) INFO 11-21 00:16:40 [gpu_model_runner.py:3] Starting to load model Qwen/Qwen3-8B...',
        '(EngineCore pid=31) INFO 11-21 00:16:57 [weight_utils.py:581] Time spent downloading weights for Qwen/Qwen3-8B: 17.034664 seconds',
        shards(0, 2),
        shards(1, 2),
        shards(2, 2),
        '(EngineCore pid=31) INFO 11-21 00:17:40 [monitor.py:53] torch.compile took 48.89 s in total',
        graphs('mixed prefill-decode, PIECEWISE', 12, 67),
        '(APIServer pid=1) INFO:     Application startup complete.',
      ]),
    ).toEqual([
      { phase: 'configuring' },
      { phase: 'downloading' },
      { phase: 'downloading' },
      { phase: 'loading', done: 0, total: 2 },
      { phase: 'loading', done: 1, total: 2 },
      { phase: 'loading', done: 2, total: 2 },
      { phase: 'compiling' },
      { phase: 'capturing', done: 12, total: 67 },
      { phase: 'listening' },
    ]);
  });

  test('does not go back: what is told late is no progress', () => {
    expect(follow([shards(1, 2), 'Starting to load model Qwen/Qwen3-8B...', file(1, 50)])).toEqual([
      { phase: 'loading', done: 1, total: 2 },
    ]);
  });

  test('has not got further by a bar that is drawn again', () => {
    expect(follow([shards(1, 9), shards(1, 9), shards(1, 9)])).toHaveLength(1);
  });
});

describe('bars', () => {
  test('of several files at once add up', () => {
    expect(follow([file(1, 40), file(2, 3), file(1, 41), file(2, 3), file(1, 41)])).toEqual([
      { phase: 'downloading', done: 40, total: 100 },
      { phase: 'downloading', done: 43, total: 200 },
      { phase: 'downloading', done: 44, total: 200 },
    ]);
  });

  // Seen with bitsandbytes, and with a draft model.
  test('that run a second time go on counting', () => {
    expect(follow([shards(0, 1), shards(1, 1), shards(1, 1), shards(0, 1), shards(1, 1)])).toEqual([
      { phase: 'loading', done: 0, total: 1 },
      { phase: 'loading', done: 1, total: 1 },
      { phase: 'loading', done: 1, total: 2 },
      { phase: 'loading', done: 2, total: 2 },
    ]);
  });

  test('of two kinds of graphs are two', () => {
    expect(follow([graphs('PIECEWISE', 67, 67), graphs('decode, FULL', 1, 35)]).at(-1)).toEqual({
      phase: 'capturing',
      done: 68,
      total: 102,
    });
  });

  test('of another process that lags behind are no way back', () => {
    expect(follow([shards(5, 9), shards(4, 9), shards(5, 9), shards(6, 9)]).map(({ done }) => done)).toEqual([5, 6]);
  });
});

test('whatever comes, neither phase nor count goes back, and the same lines again are no progress for ever', () => {
  const line = fc.oneof(
    fc.tuple(fc.nat(3), fc.nat(100)).map(([number, percent]) => file(number, percent)),
    fc.tuple(fc.nat(9), fc.constantFrom(1, 9)).map(([done, total]) => shards(Math.min(done, total), total)),
    fc.tuple(fc.constantFrom('PIECEWISE', 'FULL'), fc.nat(67)).map(([kind, done]) => graphs(kind, done, 67)),
    fc.constantFrom('Starting to load model x...', 'Using max model len 2048', 'Available KV cache memory: 1.0 GiB'),
  );
  fc.assert(
    fc.property(fc.array(line, { maxLength: 60 }), (lines) => {
      const seen = follow(lines);
      for (const [index, { phase, done = 0, total = 0 }] of seen.entries()) {
        const before = seen[index - 1];
        if (before === undefined) continue;
        const step = START_PHASES.indexOf(phase) - START_PHASES.indexOf(before.phase);
        expect(step).toBeGreaterThanOrEqual(0);
        if (step === 0) expect(done).toBeGreaterThanOrEqual(before.done ?? 0);
        expect(total).toBeGreaterThanOrEqual(done);
      }
    }),
  );
});
