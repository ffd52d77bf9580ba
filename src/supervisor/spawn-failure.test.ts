import { expect, test } from 'bun:test';
import { createFakeClock } from '../../test/support/fake-clock.ts';
import type { SupervisorEffects } from './effects.ts';
import { planOf } from './plan.fixture.ts';
import { createSupervisor } from './run.ts';
import { createWorld } from './world.fixture.ts';

/** A world whose disk is full until `free`. */
function setUp() {
  const clock = createFakeClock();
  const { effects } = createWorld(clock, () => 0);
  let isFull = true;
  let tries = 0;
  const narrow: SupervisorEffects = {
    ...effects,
    processes: {
      ...effects.processes,
      spawn(command, onLine) {
        tries += 1;
        const cause = new Error('ENOSPC: no space left on device, write');
        if (isFull) throw new Error('heavy-0 is not started: groups.json cannot be written', { cause });
        return effects.processes.spawn(command, onLine);
      },
    },
  };
  const supervisor = createSupervisor([planOf('heavy-0', 0)], narrow);
  return { clock, supervisor, tries: () => tries, free: () => void (isFull = false) };
}

test('bug: a disk that is full for an hour fails no replica: it says so, and starts when there is room', async () => {
  const { clock, supervisor, tries, free } = setUp();
  await supervisor.start();
  await clock.advance(3_600_000);
  expect(tries()).toBeLessThan(3_600 / 5 + 2);
  expect(supervisor.replicas()[0]).toMatchObject({ restarts: 0, lastExit: { cause: 'spawn_failed' } });
  expect(supervisor.replicas()[0]?.lastExit?.advice).toEndWith(': ENOSPC: no space left on device, write');
  free();
  await clock.advance(60_000);
  expect(supervisor.replicas()[0]).toMatchObject({ state: 'ready', restarts: 0 });
  const stopped = supervisor.stop(AbortSignal.abort());
  await clock.advance(10_000);
  await stopped;
});
