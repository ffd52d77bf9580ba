import { expect, test } from 'bun:test';
import { createFakeClock } from '../../../test/support/fake-clock.ts';
import { silentLog } from '../../telemetry/index.ts';
import { createByteBudget } from './byte-budget.ts';
import type { KeyedStore } from './keyed-store.ts';
import { FLUSH_AFTER_MS, PIECE_BYTES_MAX } from './limits.ts';
import { liveBody } from './live-body.ts';
import { createLocalRuns } from './local-runs.ts';
import { createMemoryKeyedStore } from './memory-keyed-store.ts';
import { bytesOf, HEADERS, stays } from './fixtures/keyed-under-test.ts';

const place = { tenant: 'acme', hash: 'key' };
const other = { tenant: 'acme', hash: 'other' };
const MB = 1_048_576;

function runsWith(bytesMax: number) {
  const clock = createFakeClock();
  const memory = createMemoryKeyedStore(clock);
  const writes: number[] = [];
  const store: KeyedStore = {
    ...memory,
    write: (at, piece) => {
      writes.push(piece.bytes.length);
      return memory.write(at, piece);
    },
  };
  const budget = createByteBudget(bytesMax);
  const runs = createLocalRuns({ store, clock, log: silentLog, budget, ttlMs: 60_000, closing: stays() });
  return { clock, store, writes, budget, runs };
}

test('memory is given back at the end; who reads slowly gets the rest from the store', async () => {
  const { clock, store, budget, runs } = runsWith(8 * MB);
  const recorder = runs.start(place, 'run', 'body');
  const live = runs.find(place);
  if (live === undefined) throw new Error('it does not run');
  const slow = liveBody(live, { place, run: 'run', store, clock, signal: stays() });
  recorder.head(200, HEADERS);
  const whole = Buffer.from(Array.from({ length: 3 * MB }, (_, at) => at % 251));
  for (let at = 0; at < whole.length; at += 1000) recorder.write(whole.subarray(at, at + 1000));
  const first = Buffer.from((await slow.next()).value ?? []);
  expect(budget.taken()).toBe(4 * MB);
  recorder.end('answered');
  await clock.advance(FLUSH_AFTER_MS);
  expect(budget.taken()).toBe(0);
  expect(runs.find(place)).toBeUndefined();
  const rest = await bytesOf({ [Symbol.asyncIterator]: () => slow });
  expect(Buffer.concat([first, rest]).equals(whole)).toBe(true);
});

test('answers that together take too much: the one that asks for more is not kept, the others are', async () => {
  const { clock, store, budget, runs } = runsWith(2 * MB);
  const [one, two] = [runs.start(place, 'run-1', 'body'), runs.start(other, 'run-2', 'body')];
  for (const it of [one, two]) {
    it.head(200, HEADERS);
    it.write(Buffer.alloc(MB));
  }
  two.write(Buffer.alloc(1));
  expect(budget.taken()).toBe(MB);
  for (const it of [one, two]) it.end('answered');
  await clock.advance(FLUSH_AFTER_MS);
  expect(budget.taken()).toBe(0);
  expect(await store.read(place, { run: 'run-1', offset: 0, bytesMax: 1 })).toMatchObject({ state: 'answered' });
  expect(await store.read(other, { run: 'run-2', offset: 0, bytesMax: 1 })).toMatchObject({ state: 'unkept' });
});

test('bytes wait for company on their way to the store, and go in pieces', async () => {
  const { clock, writes, runs } = runsWith(8 * MB);
  const recorder = runs.start(place, 'run', 'body');
  recorder.head(200, HEADERS);
  for (let nth = 0; nth < 10; nth += 1) recorder.write(Buffer.alloc(100));
  await clock.advance(FLUSH_AFTER_MS);
  expect(writes).toEqual([1000]);
  recorder.write(Buffer.alloc(2 * PIECE_BYTES_MAX + 1));
  await clock.advance(FLUSH_AFTER_MS);
  expect(writes).toEqual([1000, PIECE_BYTES_MAX, PIECE_BYTES_MAX, 1]);
});
