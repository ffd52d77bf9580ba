import { expect, test } from 'bun:test';
import { planOf } from '../plan.fixture.ts';
import { statusOf } from './status.ts';
import { after, life, toReady, toStarting, toWarming } from './steps.fixture.ts';

const around = { pid: 7, sinceUnixMs: 0, restartsLeft: undefined };
const notYet = { on: 'not_yet', life, why: 'status 404: The model does not exist' } as const;

test('bug: a replica that stays starting or warming shows what it waits for was met with', () => {
  const plan = planOf('heavy-0', 0);
  for (const events of [toStarting, toWarming]) {
    expect(statusOf(plan, after(...events, notYet).replica, around).notReadyBecause).toBe(notYet.why);
    expect(statusOf(plan, after(...events).replica, around).notReadyBecause).toBeUndefined();
  }
  expect(statusOf(plan, after(...toReady, notYet).replica, around).notReadyBecause).toBeUndefined();
});
