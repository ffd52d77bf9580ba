import { afterEach, beforeEach, describe, expect, test } from 'bun:test';
import { createFakeClock } from '../../test/support/fake-clock.ts';
import { until } from '../../test/support/wait.ts';
import { granted, queueUnderTest, refusal, stays, ticket, type QueueUnderTest } from './fixtures/queue-under-test.ts';
import { memoryStore } from './fixtures/memory.ts';
import type { Store } from './store.ts';

const capacity = { kvTokens: 1_000, sequencesMax: 1 };
let under: QueueUnderTest;

beforeEach(async () => {
  under = queueUnderTest({ store: memoryStore(), clock: createFakeClock() });
  await until('the queue is up', () => under.queue.isConnected());
});
afterEach(() => under.queue.close());

const waiting = async (): Promise<number> => (await under.queue.depths())[0]?.waiting ?? 0;
const inLine = (count: number): Promise<void> => until(`${count} wait`, async () => (await waiting()) === count);

describe('a waiting ticket', () => {
  test('is told where it stands; one that waits no more is not', async () => {
    const [first, second] = [ticket(), ticket()];
    for (const it of [first, second]) void under.queue.acquire(it, stays());
    await inLine(2);
    const asked = [under.queue.standing(second.id, 'heavy'), under.queue.standing(second.id, 'heavy')];
    expect(await Promise.all(asked)).toEqual([
      { ahead: 1, etaMs: undefined },
      { ahead: 1, etaMs: undefined },
    ]);
    expect(await under.queue.standing(first.id, 'heavy')).toEqual({ ahead: 0, etaMs: undefined });
    expect(await under.queue.standing('nobody', 'heavy')).toBeUndefined();
  });

  test('is taken out by an operator', async () => {
    const mine = ticket();
    const waits = under.queue.acquire(mine, stays());
    await inLine(1);
    expect(await under.queue.cancel(mine.id)).toBe(true);
    expect(refusal(await waits)).toEqual({ reason: 'cancelled_by_operator' });
    expect(await under.queue.cancel(mine.id)).toBe(false);
  });

  test('is seen by an operator, and nothing is wrong with it', async () => {
    const mine = ticket({ tenant: 'umbrella' });
    void under.queue.acquire(mine, stays());
    await inLine(1);
    await until('it is in the store', async () => (await under.queue.inspect('heavy')).line.length === 1);
    expect((await under.queue.inspect('heavy')).line).toMatchObject([{ id: mine.id, tenant: 'umbrella' }]);
    expect(await under.queue.audit('heavy')).toEqual([]);
  });
});

test('bug: what moves while an audit reads is no finding, what is wrong twice is', async () => {
  const store = memoryStore();
  let moving: readonly boolean[] = [];
  const looking: Store = {
    ...store,
    async inspect(pool, what) {
      const state = await store.inspect(pool, what);
      const [isMoving = false, ...rest] = moving;
      moving = rest;
      return isMoving ? { ...state, strays: [{ key: 'k', what: 'is seen' }] } : state;
    },
  };
  const own = queueUnderTest({ store: looking, clock: createFakeClock() });
  await until('the queue is up', () => own.queue.isConnected());
  moving = [true, false];
  expect(await own.queue.audit('heavy')).toEqual([]);
  moving = [true, true];
  expect(await own.queue.audit('heavy')).toEqual([{ rule: 'keys', what: 'k is seen' }]);
  await own.queue.close();
});

test('a running request that an operator cancels is aborted, and not run again; its engine is not blamed', async () => {
  under.queue.openReplica('heavy-0', 'heavy', capacity);
  const mine = ticket();
  const grant = granted(await under.queue.acquire(mine, stays()));
  await grant.send({ path: '/v1/completions', body: '{}', headers: {}, signal: stays() });
  expect(await under.queue.cancel(mine.id)).toBe(true);
  expect(under.sent[0]?.request.signal.aborted).toBe(true);
  expect(refusal(await grant.giveBack('connection_broke'))).toEqual({ reason: 'cancelled_by_operator' });
  expect(under.heard).toEqual([]);
  granted(await under.queue.acquire(ticket(), stays())).finish('completed');
});
