import { expect, test } from 'bun:test';
import * as fc from 'fast-check';
import { add, BLOCK_TOKENS, blocksFor, emptyBatch, isIdle, remove, type Batch, type BatchLimits } from './batch.ts';
import { step } from './step.ts';

const roomy: BatchLimits = { sequencesMax: 8, tokensPerStepMax: 64, kvBlocks: 100 };

/** Steps until nothing is left; gives up loudly where that does not come. */
function endings(batch: Batch, limits: BatchLimits): readonly number[] {
  const ended: number[] = [];
  for (let steps = 0; !isIdle(batch); steps += 1) {
    if (steps > 100_000) throw new Error('the batch does not empty');
    const taken = step(batch, limits);
    ended.push(...taken.finished);
    ({ batch } = taken);
  }
  return ended;
}

test('a prompt is prefilled in chunks, then one token comes per step', () => {
  let batch = add(emptyBatch(roomy), { id: 1, promptTokens: 100, outputTokens: 2 });
  const steps = Array.from({ length: 3 }, () => {
    const taken = step(batch, roomy);
    ({ batch } = taken);
    return [taken.prefilledTokens, taken.produced.length, taken.finished.length];
  });
  expect(steps).toEqual([
    [64, 0, 0],
    [36, 1, 0],
    [0, 1, 1],
  ]);
  expect(batch).toEqual(emptyBatch(roomy));
});

test('the line is served in order of arrival: a large prompt at its head holds up a small one', () => {
  const limits = { ...roomy, kvBlocks: 6 };
  let batch = emptyBatch(limits);
  for (const [id, promptTokens] of [
    [1, 60],
    [2, 60],
    [3, 1],
  ] as const)
    batch = add(batch, { id, promptTokens, outputTokens: 4 });
  batch = step(batch, limits).batch;
  batch = step(batch, limits).batch;
  expect(batch.running.map(({ id }) => id)).toEqual([1]);
  expect(batch.waiting.map(({ id }) => id)).toEqual([2, 3]);
});

test('when blocks run out the youngest is preempted, recomputed later, and still gives all its tokens', () => {
  const limits: BatchLimits = { sequencesMax: 2, tokensPerStepMax: 64, kvBlocks: 4 };
  let batch = emptyBatch(limits);
  for (const id of [1, 2]) batch = add(batch, { id, promptTokens: 16, outputTokens: 40 });
  let preemptions = 0;
  for (let at = 0; at < 30; at += 1) {
    const taken = step(batch, limits);
    preemptions += taken.preemptions;
    ({ batch } = taken);
  }
  expect(preemptions).toBe(1);
  expect(batch.waiting.map(({ id }) => id)).toEqual([2]);
  expect(endings(batch, limits)).toEqual([1, 2]);
});

test('what leaves early gives its blocks back, running or waiting', () => {
  let batch = add(emptyBatch(roomy), { id: 1, promptTokens: 40, outputTokens: 9 });
  batch = add(step(batch, roomy).batch, { id: 2, promptTokens: 1, outputTokens: 1 });
  expect(remove(batch, new Set([1, 2, 3]))).toEqual(emptyBatch(roomy));
});

const arrivals = fc.array(
  fc.record({ promptTokens: fc.integer({ min: 1, max: 80 }), outputTokens: fc.integer({ min: 1, max: 60 }) }),
  { minLength: 1, maxLength: 12 },
);
const limits = fc.record({
  sequencesMax: fc.integer({ min: 1, max: 6 }),
  tokensPerStepMax: fc.integer({ min: 1, max: 64 }),
  kvBlocks: fc.integer({ min: blocksFor(140), max: 30 }),
});

test('whatever arrives: the cache never overflows, limits hold, everyone ends once with all tokens', () => {
  fc.assert(
    fc.property(arrivals, limits, (sequences, card) => {
      let batch = emptyBatch(card);
      const left = sequences.map((sequence, id) => ({ id, ...sequence }));
      const ended: number[] = [];
      const produced = new Map<number, number>();
      for (let steps = 0; steps === 0 || left.length > 0 || !isIdle(batch); steps += 1) {
        expect(steps).toBeLessThan(20_000);
        const next = left.shift();
        if (next !== undefined) batch = add(batch, next);
        const taken = step(batch, card);
        ({ batch } = taken);
        ended.push(...taken.finished);
        for (const id of taken.produced) produced.set(id, (produced.get(id) ?? 0) + 1);
        const held = batch.running.reduce((sum, { blocks }) => sum + blocks, 0);
        expect(held + batch.freeBlocks).toBe(card.kvBlocks);
        expect(batch.freeBlocks).toBeGreaterThanOrEqual(0);
        expect(batch.running.length).toBeLessThanOrEqual(card.sequencesMax);
        expect(taken.decodedSequences + taken.prefilledTokens).toBeLessThanOrEqual(card.tokensPerStepMax);
        for (const { computedTokens, blocks } of batch.running)
          expect(computedTokens).toBeLessThanOrEqual(blocks * BLOCK_TOKENS);
      }
      expect(ended.toSorted((a, b) => a - b)).toEqual(sequences.map((_, id) => id));
      expect(sequences.map((_, id) => produced.get(id))).toEqual(sequences.map(({ outputTokens }) => outputTokens));
    }),
  );
});

test('without preemption first tokens come in order of arrival', () => {
  fc.assert(
    fc.property(arrivals, (sequences) => {
      const card = { sequencesMax: 3, tokensPerStepMax: 32, kvBlocks: 1000 };
      let batch = emptyBatch(card);
      for (const [id, sequence] of sequences.entries()) batch = add(batch, { id, ...sequence });
      const firsts: number[] = [];
      while (!isIdle(batch)) {
        const taken = step(batch, card);
        ({ batch } = taken);
        firsts.push(...taken.produced.filter((id) => !firsts.includes(id)));
      }
      expect(firsts).toEqual(sequences.map((_, id) => id));
    }),
  );
});
