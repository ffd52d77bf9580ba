import { afterAll, beforeAll, expect, test } from 'bun:test';
import * as fc from 'fast-check';
import { systemClock } from '../../telemetry/index.ts';
import { propertyRuns } from '../fixtures/property-runs.ts';
import { startRedis, type TestRedis } from '../fixtures/redis-server.ts';
import { until } from '../../../test/support/wait.ts';
import type { Claim, KeyedStore, Piece, Place, Span } from './keyed-store.ts';
import { createMemoryKeyedStore } from './memory-keyed-store.ts';
import { createRedisKeyedStore, keyedKeysOf } from './redis-keyed-store.ts';

const LONG_MS = 120_000;
const HOUR_MS = 3_600_000;

type Step =
  | { readonly type: 'claim'; readonly key: string; readonly claim: Claim }
  | { readonly type: 'write'; readonly key: string; readonly piece: Piece }
  | { readonly type: 'read'; readonly key: string; readonly span: Span };

const key = fc.constantFrom('k1', 'k2', 'k3', 'k4', 'k5', 'k6');
const run = fc.constantFrom('a', 'b', 'c');
const fingerprint = fc.constantFrom('body', 'other');
/** Real time passes in Redis: every run is dead, or none. */
const deadAfterMs = fc.constantFrom(-1, HOUR_MS);
const ttlMs = fc.constantFrom(HOUR_MS, 2 * HOUR_MS);
const offset = fc.oneof(fc.constant(0), fc.nat({ max: 12 }));
const head = fc.option(fc.record({ status: fc.constantFrom(200, 404), headers: fc.constant({ a: 'ä' }) }), {
  nil: undefined,
});
const state = fc.constantFrom(
  'running' as const,
  'running' as const,
  'answered' as const,
  'failed' as const,
  'unkept' as const,
);
const tenantBytesMax = fc.constantFrom(8, 1000);
const bytes = fc.uint8Array({ maxLength: 6 });
const step: fc.Arbitrary<Step> = fc.oneof(
  fc.record({ type: fc.constant('claim' as const), key, claim: fc.record({ run, fingerprint, ttlMs, deadAfterMs }) }),
  fc.record({
    type: fc.constant('write' as const),
    key,
    piece: fc.record({ run, fingerprint, state, head, offset, bytes, ttlMs, tenantBytesMax }),
  }),
  fc.record({
    type: fc.constant('read' as const),
    key,
    span: fc.record({ run, offset, bytesMax: fc.integer({ min: 1, max: 9 }) }),
  }),
);

let server: TestRedis;
let redis: KeyedStore;
beforeAll(async () => {
  server = await startRedis();
  redis = createRedisKeyedStore({ unixSocketPath: server.socketPath });
  await until('the store answers', () =>
    redis.read({ tenant: 'none', hash: 'none' }, { run: 'none', offset: 0, bytesMax: 1 }).then(
      () => true,
      () => false,
    ),
  );
});
afterAll(async () => {
  redis.close();
  await server.remove();
});

async function take(store: KeyedStore, place: Place, it: Step): Promise<unknown> {
  if (it.type === 'claim') return store.claim(place, it.claim);
  if (it.type === 'write') return store.write(place, it.piece);
  const seen = await store.read(place, it.span);
  if (seen.is !== 'there') return seen;
  const { silentMs: _, ...rest } = seen; // each has a clock of its own
  return { ...rest, bytes: [...seen.bytes] };
}

let histories = 0;

test(
  'Redis and memory answer every history alike, and no key is ever without an end',
  async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 1, maxLength: 60, size: 'max' }), async (steps) => {
        const tenant = `tenant-${(histories += 1)}`;
        const memory = createMemoryKeyedStore(systemClock);
        for (const next of steps) {
          const place = { tenant, hash: next.key };
          expect(await take(redis, place, next)).toEqual(await take(memory, place, next));
          const ends = await Promise.all(keyedKeysOf(place).map((it) => server.client.pttl(it)));
          for (const endMs of ends) expect(endMs === -2 || (endMs > 0 && endMs <= 2 * HOUR_MS)).toBe(true);
        }
      }),
      { numRuns: propertyRuns(400) },
    );
  },
  LONG_MS,
);
