import { expect, test } from 'bun:test';
import { capacity, createTimedMachine, world } from '../fixtures/pool-world.ts';
import type { PoolEvent } from './event.ts';
import { createLinkLog } from './link-log.ts';

test('says once what became of the store, and why a life is replaced', () => {
  const said: string[] = [];
  const say = (_about: object, message: string): void => void said.push(message.split(':', 1)[0] ?? '');
  const { pool, on, connect, commit } = world(10, { mayDegrade: true });
  const linkLog = createLinkLog(pool, { info: say, warn: say });
  const hear = (event: PoolEvent): void => {
    on(event);
    linkLog.after(event);
  };
  for (let at = 0; at < 2; at += 1) hear({ on: 'poll' });
  for (let at = 0; at < 2; at += 1) hear({ on: 'lost', cause: 'test' });
  on({ on: 'open', replica: 'a', capacity });
  connect('in memory', 'memory', createTimedMachine());
  hear({ on: 'poll' });
  connect('second');
  commit();
  hear({ on: 'poll' });
  hear({ on: 'lapsed' });
  expect(said).toEqual([
    'the queue and its store agree',
    'the queue has no store',
    'the queue has no store',
    'the queue and its store agree',
    'this node was silent for longer than its lease',
  ]);
});
