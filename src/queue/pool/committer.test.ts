import { afterEach, beforeEach, expect, test } from 'bun:test';
import { createFakeClock, type FakeClock } from '../../../test/support/fake-clock.ts';
import { until } from '../../../test/support/wait.ts';
import { memoryStore } from '../fixtures/memory.ts';
import { granted, queueUnderTest, stays, ticket, type QueueUnderTest } from '../fixtures/queue-under-test.ts';
import type { Store } from '../store.ts';

let clock: FakeClock;
let under: QueueUnderTest;
/** The transitions of each commit, since the last look. */
let told: string[][];

beforeEach(async () => {
  clock = createFakeClock();
  told = [];
  under = queueUnderTest({ store: watched(memoryStore()), clock });
  under.queue.openReplica('heavy-0', 'heavy', { kvTokens: 100_000, sequencesMax: 4 });
  await until('the queue is up', () => under.queue.isConnected());
  await clock.advance(0);
});
afterEach(() => under.queue.close());

function watched(store: Store): Store {
  return {
    ...store,
    commit(pool, commit) {
      const types = commit.transitions.map((it) => it.type).filter((it) => it === 'admit' || it === 'finish');
      if (types.length > 0) told.push(types);
      return store.commit(pool, commit);
    },
  };
}

const run = async () => granted(await under.queue.acquire(ticket(), stays()));

test('the end of a lone request goes with the next one, in one commit', async () => {
  (await run()).finish('completed');
  await clock.advance(1);
  expect(told).toEqual([['admit']]);
  await run();
  expect(told).toEqual([['admit'], ['finish', 'admit']]);
});

test('an end that nothing follows is told soon', async () => {
  (await run()).finish('completed');
  await clock.advance(2);
  expect(told).toEqual([['admit'], ['finish']]);
});

test('an end is told at once where somebody is in line for its room', async () => {
  const running = await Promise.all([run(), run(), run(), run()]);
  const waiting = under.queue.acquire(ticket(), stays());
  await clock.advance(0);
  told = [];
  running[0]?.finish('completed');
  granted(await waiting);
  expect(told[0]).toEqual(['finish']);
});

test('ends that gather are told before there are too many', async () => {
  under.queue.openReplica('heavy-1', 'heavy', { kvTokens: 10_000_000, sequencesMax: 100 });
  const running = [];
  while (running.length < 80) {
    running.push(await run());
    await clock.advance(1_000); // its prompt is read
  }
  told = [];
  for (const it of running) it.finish('completed');
  await clock.advance(0);
  expect(told.flat().length).toBeGreaterThanOrEqual(64);
});

test('closing waits for no more ends: all are told first', async () => {
  (await run()).finish('completed');
  await under.queue.close();
  expect(told).toEqual([['admit'], ['finish']]);
});
