import { afterEach, beforeEach, describe, expect, test } from 'bun:test';
import { createFakeClock, type FakeClock } from '../../test/support/fake-clock.ts';
import { until } from '../../test/support/wait.ts';
import type { QueueConfig } from '../config/index.ts';
import { memoryStore } from './fixtures/memory.ts';
import {
  CONFIG,
  granted,
  queueUnderTest,
  refusal,
  stays,
  ticket,
  type QueueUnderTest,
} from './fixtures/queue-under-test.ts';
import { createMemory, createMemoryStore } from './memory-store.ts';
import type { Store, StoreLink } from './store.ts';
import type { Ticket } from './ticket.ts';

const capacity = { kvTokens: 1_000, sequencesMax: 1 };
let clock: FakeClock;
let under: QueueUnderTest;
const begin = async (store: Store, config: Partial<QueueConfig> = {}) => {
  clock = createFakeClock();
  under = queueUnderTest({ store, clock, config });
  await until('the queue is up', () => under.queue.isConnected());
};
beforeEach(() => begin(memoryStore(), { maxDepth: 1 }));
afterEach(() => under.queue.close());

const retune = (change: Partial<QueueConfig>, pools = ['heavy']) => under.queue.retune({ ...CONFIG, ...change }, pools);
/** A ticket that was let into the line. */
async function inLine(asked: Ticket) {
  const admitted = under.queue.acquire(asked, stays());
  await until('it is in line', async () => (await under.queue.standing(asked.id, asked.pool)) !== undefined);
  return { admitted };
}

describe('a queue that runs takes', () => {
  test('another depth, and what waits already stays', async () => {
    const first = await inLine(ticket());
    expect(refusal(await under.queue.acquire(ticket(), stays())).reason).toBe('server_overloaded');
    retune({ maxDepth: 3 });
    const second = await inLine(ticket());
    retune({ maxDepth: 1 });
    expect(refusal(await under.queue.acquire(ticket(), stays())).reason).toBe('server_overloaded');
    under.queue.openReplica('heavy-0', 'heavy', capacity);
    granted(await first.admitted).finish('completed');
    granted(await second.admitted).finish('completed');
  });

  test('another limit on the bodies that it holds', async () => {
    const large = (): Ticket => ticket({ bodyBytes: 600_000 });
    under.queue.openReplica('heavy-0', 'heavy', capacity);
    const held = granted(await under.queue.acquire(large(), stays()));
    expect(refusal(await under.queue.acquire(large(), stays())).reason).toBe('bodies_full');
    retune({ maxBodyBytes: 2_000_000 });
    const next = await inLine(large());
    held.finish('completed');
    granted(await next.admitted).finish('completed');
  });

  test('pools that it did not know: their requests wait for the first replica', async () => {
    const light = { ...ticket(), pool: 'light' };
    expect(refusal(await under.queue.acquire(light, stays())).reason).toBe('no_replica');
    retune({}, ['heavy', 'light']);
    await until('the store knows it', () => under.queue.isConnected());
    const { admitted } = await inLine(light);
    under.queue.openReplica('light-0', 'light', capacity);
    granted(await admitted).finish('completed');
  });
});

test('whether a queue goes on without its store is taken before that is away', async () => {
  await under.queue.close();
  let tell: (link: StoreLink) => void = () => undefined;
  const store: Store = {
    ...createMemoryStore(createMemory(() => Date.now() * 1_000)),
    watch(listener) {
      tell = listener;
      listener({ is: 'connected' });
    },
  };
  await begin(store, { onRedisDown: 'refuse' });
  under.queue.openReplica('heavy-0', 'heavy', capacity);
  retune({ onRedisDown: 'degraded' });
  tell({ is: 'lost', cause: new Error('gone') });
  granted(await under.queue.acquire(ticket(), stays())).finish('completed');
});
