import { describe, expect, test } from 'bun:test';
import { silentLog } from '../../telemetry/index.ts';
import type { Leftover, Start } from './choose-start.ts';
import { createConfigStore, type ConfigStore } from './config-store.ts';
import { createJournal } from './journal.ts';
import { keepConfig } from './kept-config.ts';
import { createDisk, fileWith, layeredOf, NOW, swapTo } from './kept.fixture.ts';
import { noteStart } from './note-start.ts';
import { whenProven } from './proven.ts';
import { statusOf } from '../replica-status.fixture.ts';
import type { ReplicaStatus } from '../../supervisor/index.ts';

const old = layeredOf(fileWith('old'));
const next = layeredOf(fileWith('next'));
const rollout = {
  kept: {
    id: 'r',
    at: NOW,
    wish: 'reload' as const,
    from: keepConfig(old),
    to: keepConfig(next),
    lives: 1,
    record: undefined,
  },
  from: old,
  to: next,
};

/** What is kept after a node noted a start. */
function noted(start: Partial<Start>): ConfigStore {
  const store = createConfigStore(createDisk());
  store.keepRollout(rollout.kept);
  store.keepOverlay(swapTo('x', 'y'));
  const complain = (cause: unknown) => expect.unreachable(String(cause));
  const journal = createJournal({ store, now: () => NOW, complain });
  noteStart({ run: old, drift: undefined, leftover: undefined, ...start }, journal, silentLog);
  return store;
}

describe('a start notes', () => {
  test('that swaps are over which do not hold on its file any more; not where another file is out of the question', () => {
    expect(noted({ run: next }).overlay()).toEqual({});
    expect(noted({ drift: { cause: 'c', since: NOW } }).overlay()).toEqual(swapTo('x', 'y'));
  });

  test('one more life in a rollout that goes on', () => {
    const store = noted({ run: next, leftover: { is: 'resumed', rollout } });
    expect(store.rollout()?.lives).toBe(2);
  });

  test.each<[Leftover, string]>([
    [{ is: 'done', rollout }, 'next'],
    [{ is: 'taken_back', rollout, cause: 'bad' }, 'old'],
  ])('the end of one that had one: %j', (leftover, good) => {
    const store = noted({ leftover });
    expect(store.rollout()).toBeUndefined();
    expect(store.lastGood()?.text).toBe(fileWith(good));
  });

  test('that one does not matter which something newer has overtaken', () => {
    const store = noted({ leftover: { is: 'overtaken' } });
    expect([store.rollout(), store.lastGood()]).toEqual([undefined, undefined]);
  });
});

test('a config has run whole once each of its replicas was ready', () => {
  let tell: (status: ReplicaStatus) => void = () => undefined;
  let proven = 0;
  whenProven(
    ['heavy-0', 'heavy-1'],
    { onTransition: (listener) => ((tell = listener), () => undefined) },
    () => (proven += 1),
  );
  tell(statusOf('heavy-0', 'ready'));
  tell(statusOf('heavy-0', 'backoff'));
  tell(statusOf('heavy-1', 'starting'));
  expect(proven).toBe(0);
  tell(statusOf('heavy-1', 'ready'));
  tell(statusOf('heavy-1', 'ready'));
  expect(proven).toBe(1);
});
