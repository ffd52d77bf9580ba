import { expect, test } from 'bun:test';
import { createFakeClock } from '../../test/support/fake-clock.ts';
import { createCards } from './card/run.ts';
import { createFormerPids } from './former-pids.ts';
import { createKeptOutput } from './output/kept.ts';
import { planOf } from './plan.fixture.ts';
import { runReplica } from './replica/run.ts';
import type { OperationResult } from './supervisor.ts';
import { stop } from './wishes.ts';
import { createWorld } from './world.fixture.ts';

const silent = (): void => {};

test('a stop does not wait for ever where somebody else wants the replica up', async () => {
  const clock = createFakeClock();
  const { effects, inFlight } = createWorld(clock, () => 0);
  const output = createKeptOutput(effects.log);
  const replica = runReplica(planOf('heavy-0', 0), {
    effects,
    cards: createCards(),
    formerPids: createFormerPids(),
    output,
    onTransition: silent,
  });
  replica.send({ on: 'restart' });
  await clock.advance(60_000);
  inFlight.set('heavy-0', 1);

  let result: OperationResult | undefined;
  void stop(replica, silent).then((it) => (result = it));
  await clock.advance(1_000);
  expect([replica.status().state, result]).toEqual(['draining', undefined]);
  replica.send({ on: 'restart' });
  await clock.advance(0);
  expect(result).toEqual({ ok: false, message: 'the stop of heavy-0 was overridden' });
});
