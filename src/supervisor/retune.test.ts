import { expect, test } from 'bun:test';
import { createFakeClock } from '../../test/support/fake-clock.ts';
import { cardOf } from './card/run.ts';
import type { SupervisorEffects } from './effects.ts';
import { planOf } from './plan.fixture.ts';
import { policy } from './replica/policy.fixture.ts';
import { createSupervisor } from './run.ts';
import { CARD_MIB } from './world-cards.fixture.ts';
import { createWorld } from './world.fixture.ts';

const ONE = [planOf('heavy-0', 0)];

function running(effects?: (of: SupervisorEffects) => SupervisorEffects) {
  const clock = createFakeClock();
  const world = createWorld(clock, () => 0);
  const supervisor = createSupervisor(ONE, effects === undefined ? world.effects : effects(world.effects));
  const state = () => supervisor.replicas()[0]?.state;
  return { clock, world, supervisor, state };
}

test('a replica that runs takes another restart policy, and the numbers of `status` follow', async () => {
  const { clock, world, supervisor, state } = running();
  await supervisor.start();
  await clock.advance(60_000);
  supervisor.retune(new Map([['heavy-0', { ...policy, maxRestarts: 1 }]]));
  expect(supervisor.replicas()[0]?.restartsLeft).toBe(1);
  for (let crash = 0; crash < 2; crash += 1) {
    world.crash('heavy-0', { code: 1, signal: null }, 'gone');
    await clock.advance(60_000);
  }
  expect(state()).toBe('failed');
  expect(world.violations).toEqual([]);
});

test('the next drain has the new time to end in', async () => {
  const { clock, world, supervisor, state } = running();
  await supervisor.start();
  await clock.advance(60_000);
  world.inFlight.set('heavy-0', 1);
  supervisor.retune(new Map([['heavy-0', { ...policy, drainTimeoutMs: 1_000 }]]));
  void supervisor.restart('heavy-0', () => undefined);
  await clock.advance(500);
  expect(state()).toBe('draining');
  await clock.advance(1_000);
  expect(state()).not.toBe('draining');
});

test('a replica that is not named, or not there, is left as it is', () => {
  const { supervisor } = running();
  const before = supervisor.replicas();
  supervisor.retune(new Map([['light-9', { ...policy, maxRestarts: 1 }]]));
  expect(supervisor.replicas()).toEqual(before);
});

test("the time that a start waits for its card's memory is read anew by each", async () => {
  let cardWaitMs = 60_000;
  const { clock, world, supervisor, state } = running((of) => ({
    ...of,
    get cardWaitMs() {
      return cardWaitMs;
    },
  }));
  cardWaitMs = 2_000;
  world.cards.holders.add({ card: cardOf(0), pid: 77, name: 'python', mib: CARD_MIB - 1024 });
  await supervisor.start();
  await clock.advance(3_000);
  expect(state()).toBe('backoff');
});
