import { expect, test } from 'bun:test';
import type { Clock } from '../telemetry/index.ts';
import { createFakeClock } from '../../test/support/fake-clock.ts';
import { until } from '../../test/support/wait.ts';
import { queueUnderTest } from './fixtures/queue-under-test.ts';
import { createMemory, createMemoryStore } from './memory-store.ts';
import type { Store } from './store.ts';

const LEASE_MS = 10_000;

test('bug: a node alone with an empty line commits its beats and nothing else, and has one timer', async () => {
  const fake = createFakeClock();
  const pending = new Set<object>();
  const clock: Clock = {
    nowMs: () => fake.nowMs(),
    after(ms, callback) {
      const timer = {};
      pending.add(timer);
      const stop = fake.after(ms, () => {
        pending.delete(timer);
        callback();
      });
      return () => {
        pending.delete(timer);
        stop();
      };
    },
  };
  const inner = createMemoryStore(createMemory(() => Math.floor(fake.nowMs() * 1_000) + 1));
  const commits: string[] = [];
  const store: Store = {
    ...inner,
    commit(pool, commit) {
      commits.push(commit.transitions.map((it) => it.type).join());
      return inner.commit(pool, commit);
    },
  };
  const { queue } = queueUnderTest({ store, clock, config: { leaseMs: LEASE_MS } });
  queue.openReplica('heavy-0', 'heavy', { kvTokens: 1_000, sequencesMax: 4 });
  await until('the queue is up', () => queue.isConnected());
  await fake.advance(5_000);
  expect(commits.filter((it) => it === 'register')).toHaveLength(1); // bug: it began another life half a second later
  commits.length = 0;
  await fake.advance(60_000);
  expect(commits).toEqual(Array.from({ length: (60_000 * 5) / LEASE_MS }, () => 'beat'));
  expect(pending.size).toBe(1);
  await queue.close();
});
