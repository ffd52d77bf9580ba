import { afterEach, beforeEach, describe, expect, test } from 'bun:test';
import { createFakeClock, type FakeClock } from '../../test/support/fake-clock.ts';
import { until } from '../../test/support/wait.ts';
import { granted, queueUnderTest, refusal, stays, ticket, type QueueUnderTest } from './fixtures/queue-under-test.ts';
import { memoryStore } from './fixtures/memory.ts';

const capacity = { kvTokens: 1_000, sequencesMax: 1 };
let clock: FakeClock;
let under: QueueUnderTest;

beforeEach(async () => {
  clock = createFakeClock();
  under = queueUnderTest({ store: memoryStore(), clock });
  await until('the queue is up', () => under.queue.isConnected());
});
afterEach(() => under.queue.close());

async function heldBytes(): Promise<number | undefined> {
  await clock.advance(1_000);
  const metric = await under.metrics.registry.getSingleMetric('sswinfer_queue_body_bytes')?.get();
  return metric?.values[0]?.value;
}

describe('the bodies of all requests together', () => {
  const large = { bodyBytes: 600_000 };

  test('are bounded, and freed with each that ends, however it does', async () => {
    under.queue.openReplica('heavy-0', 'heavy', capacity);
    const grant = granted(await under.queue.acquire(ticket(large), stays()));
    expect(refusal(await under.queue.acquire(ticket(large), stays()))).toEqual({
      reason: 'bodies_full',
      heldBytes: 600_000,
      retryAfterMs: 5_000,
    });
    expect(await heldBytes()).toBe(600_000);
    grant.finish('completed');
    expect(await heldBytes()).toBe(0);
    const again = granted(await under.queue.acquire(ticket(large), stays()));
    under.queue.drain();
    expect(refusal(await again.giveBack('engine_unreached'))).toEqual({ reason: 'draining' });
    expect(await heldBytes()).toBe(0);
  });

  test('let one pass that is larger than all of them, where nothing else is held', async () => {
    under.queue.openReplica('heavy-0', 'heavy', capacity);
    granted(await under.queue.acquire(ticket({ bodyBytes: 9_000_000 }), stays())).finish('completed');
    expect(await heldBytes()).toBe(0);
  });
});
