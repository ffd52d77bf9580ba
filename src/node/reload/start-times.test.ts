import { expect, test } from 'bun:test';
import { createFakeClock } from '../../../test/support/fake-clock.ts';
import type { ReplicaState, ReplicaStatus } from '../../supervisor/index.ts';
import { createDisk } from '../kept/kept.fixture.ts';
import { statusOf } from '../replica-status.fixture.ts';
import { createStartTimes } from './start-times.ts';

function scene(disk = createDisk()) {
  const clock = createFakeClock();
  let tell: (status: ReplicaStatus) => void = () => undefined;
  const times = createStartTimes({
    fleet: { onTransition: (listener) => ((tell = listener), () => undefined) },
    clock,
    files: disk,
    complain: (cause) => expect.unreachable(String(cause)),
  });
  /** A replica comes into these states, a second after one another. */
  const goes = async (name: string, model: string, ...states: ReplicaState[]) => {
    for (const state of states) {
      tell({ ...statusOf(name, state), model });
      await clock.advance(1000);
    }
  };
  return { times, goes, disk };
}

test('a start counts from its spawn to its first token, open or held', async () => {
  const { times, goes } = scene();
  await goes('heavy-0', 'a', 'waiting_for_card', 'starting', 'starting', 'warming', 'ready');
  await goes('heavy-1', 'b', 'starting', 'warming', 'draining');
  expect(times.expected('heavy-0', 'a')).toEqual({ ms: 3000, isKnown: true });
  expect(times.expected('heavy-1', 'b')).toEqual({ ms: 2000, isKnown: true });
});

test('one that failed does not count, and what is unknown is guessed from its like', async () => {
  const { times, goes } = scene();
  await goes('heavy-0', 'a', 'starting', 'cleaning', 'backoff', 'starting', 'warming', 'ready');
  expect(times.expected('heavy-0', 'a')?.ms).toBe(2000);
  expect(times.expected('heavy-1', 'a')).toEqual({ ms: 2000, isKnown: true });
  expect(times.expected('heavy-0', 'b')).toEqual({ ms: 2000, isKnown: false });
  expect(times.expected('heavy-1', 'b')).toBeUndefined();
});

test('the next life of the node knows them', async () => {
  const { goes, disk } = scene();
  await goes('heavy-0', 'a', 'starting', 'ready');
  await goes('heavy-0', 'a', 'starting', 'warming', 'ready');
  expect(scene(disk).times.expected('heavy-0', 'a')).toEqual({ ms: 2000, isKnown: true });
  disk.texts.set('start-times.json', '[{"replica":');
  expect(scene(disk).times.expected('heavy-0', 'a')).toBeUndefined();
});
