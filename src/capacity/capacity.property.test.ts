import { describe, expect, test } from 'bun:test';
import * as fc from 'fast-check';
import { propertyRuns } from '../queue/fixtures/property-runs.ts';
import { captureSizes } from './assumptions.ts';
import { GIB } from './bytes.ts';
import { planCards, type CapacityPlan } from './plan-cards.ts';
import { checkCards } from './check-cards.ts';
import { RECORDED_STARTS } from './recorded.fixture.ts';
import { configOf, modelOf } from './subject.fixture.ts';

const shapes = fc.constantFrom(...RECORDED_STARTS.map(({ shape }) => shape));
const share = fc.integer({ min: 1, max: 92 }).map((it) => it / 100);
const cardGib = fc.integer({ min: 4, max: 192 });
const length = fc.integer({ min: 1, max: 40_000 });
const flags = fc.record(
  {
    'max-num-seqs': fc.integer({ min: 1, max: 2048 }),
    'max-num-batched-tokens': fc.integer({ min: 1, max: 32_768 }),
    'enforce-eager': fc.boolean(),
    'kv-cache-dtype': fc.constantFrom('auto', 'fp8', 'bfloat16'),
    'block-size': fc.constantFrom(16, 32, 64),
  },
  { requiredKeys: [] },
);
const subject = fc.record({ shape: shapes, share, cardGib, length, args: flags });
type Subject = typeof subject extends fc.Arbitrary<infer It> ? It : never;

function plan({ shape, share: utilization, cardGib: gib, length: max, args }: Subject): CapacityPlan {
  const config = configOf(
    JSON.stringify({
      pools: { one: { model: 'some/model', max_model_len: max, args } },
      replicas: [{ name: 'one-0', pool: 'one', gpu: 0, gpu_memory_utilization: utilization }],
    }),
  );
  const cards = new Map([[0, { totalBytes: gib * GIB, from: 'given' as const }]]);
  return planCards(config, { cards, models: new Map([['one', modelOf(shape)]]) });
}

const only = (it: CapacityPlan) => {
  const replica = it.cards[0]?.replicas[0];
  if (replica?.memory === undefined) throw new Error('nothing planned');
  return { ...replica, memory: replica.memory };
};

const runs = { numRuns: propertyRuns(150) };
const holds = (property: fc.IProperty<[Subject]>) => fc.assert(property, runs);

describe('whatever is planned', () => {
  test('nothing is less than none, and nothing is lost: weights, overhead and KV cache are the share, or it lacks', () => {
    holds(
      fc.property(subject, (it) => {
        const { memory, budgetBytes } = only(plan(it));
        const { runtimeBytes, activationBytes, graphBytes } = memory.overhead;
        const parts = [memory.weightsBytes, runtimeBytes, activationBytes, graphBytes, memory.kvBytes, memory.kvTokens];
        expect(Math.min(...parts)).toBeGreaterThanOrEqual(0);
        const taken = memory.weightsBytes + runtimeBytes + activationBytes + graphBytes;
        expect(memory.kvBytes).toBeCloseTo(Math.max(0, budgetBytes - taken), 0);
      }),
    );
  });

  test('a larger share has no less KV cache, and a verdict no worse', () => {
    const order = ['no', 'unlikely', 'fits'];
    holds(
      fc.property(subject, (it) => {
        const less = only(plan(it));
        const more = only(plan({ ...it, share: Math.min(0.92, it.share + 0.05) }));
        expect(more.memory.kvTokens).toBeGreaterThanOrEqual(less.memory.kvTokens);
        expect(order.indexOf(more.verdict)).toBeGreaterThanOrEqual(order.indexOf(less.verdict));
      }),
    );
  });

  test('the KV cache is whole blocks, never more than its bytes, and requests of it never more than it holds', () => {
    holds(
      fc.property(subject, (it) => {
        const { memory } = only(plan(it));
        const block = it.args['block-size'] ?? 16;
        expect(memory.kvTokens % block).toBe(0);
        expect(memory.kvTokens * memory.kvBytesPerToken).toBeLessThanOrEqual(memory.kvBytes);
        for (const { tokens, requests } of memory.atOnce) {
          expect(tokens).toBeLessThanOrEqual(it.length);
          expect(requests * tokens).toBeLessThanOrEqual(memory.kvTokens);
        }
      }),
    );
  });

  test('what fits holds one request of the longest length; what does not says why', () => {
    holds(
      fc.property(subject, (it) => {
        const { memory, verdict, because } = only(plan(it));
        expect(because === undefined).toBe(verdict === 'fits');
        if (verdict === 'fits') expect(memory.kvTokens).toBeGreaterThanOrEqual(it.length);
      }),
    );
  });

  test('shorter requests, or fewer at once, never make it worse', () => {
    holds(
      fc.property(subject, (it) => {
        const here = only(plan(it));
        const shorter = only(plan({ ...it, length: Math.max(1, Math.floor(it.length / 2)) }));
        const fewer = only(plan({ ...it, args: { ...it.args, 'max-num-seqs': 1 } }));
        if (here.verdict === 'fits') expect([shorter.verdict, fewer.verdict]).toEqual(['fits', 'fits']);
      }),
    );
  });

  test('what is said to be enough is enough', () => {
    holds(
      fc.property(subject, (it) => {
        const { because } = only(plan(it));
        const [, raised] = /raise gpu_memory_utilization to ([\d.]+)/.exec(because ?? '') ?? [];
        if (raised !== undefined) expect(only(plan({ ...it, share: Number(raised) })).verdict).toBe('fits');
      }),
    );
  });
});

test('a replica of a smaller share never takes from its neighbour', () => {
  fc.assert(
    fc.property(shapes, shapes, fc.integer({ min: 5, max: 45 }), (left, right, percent) => {
      const text = (other: number) =>
        JSON.stringify({
          pools: { a: { model: 'a/a', max_model_len: 512 }, b: { model: 'b/b', max_model_len: 512 } },
          replicas: [
            { name: 'a-0', pool: 'a', gpu: 0, gpu_memory_utilization: 0.4 },
            { name: 'b-0', pool: 'b', gpu: 0, gpu_memory_utilization: other / 100 },
          ],
        });
      const cards = new Map([[0, { totalBytes: 80 * GIB, from: 'given' as const }]]);
      const host = {
        cards,
        models: new Map([
          ['a', modelOf(left)],
          ['b', modelOf(right)],
        ]),
      };
      const at = (other: number) => planCards(configOf(text(other)), host).cards[0]?.replicas[0];
      expect(at(percent)).toEqual(at(percent + 5));
      expect(checkCards(configOf(text(percent)), host).every(({ isCertain }) => isCertain)).toBe(true);
    }),
    { numRuns: propertyRuns(50) },
  );
});

test('sizes that graphs are captured for: as vLLM lists them', () => {
  const listed = (sequences: number) => {
    const largest = Math.min(2 * sequences, 512);
    const byEight = Array.from({ length: 31 }, (_, index) => 8 + 8 * index);
    const bySixteen = Array.from({ length: 17 }, (_, index) => 256 + 16 * index);
    return [1, 2, 4, ...byEight, ...bySixteen].filter((it) => it <= largest).length;
  };
  fc.assert(fc.property(fc.integer({ min: 1, max: 2048 }), (it) => expect(captureSizes(it)).toBe(listed(it))));
  expect(captureSizes(256)).toBe(51);
  expect(captureSizes(8)).toBe(5);
});
