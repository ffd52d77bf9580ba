import { expect, test } from 'bun:test';
import * as fc from 'fast-check';
import { createFakeClock } from '../../test/support/fake-clock.ts';
import { planOf } from './plan.fixture.ts';
import { createSupervisor } from './run.ts';
import { sabotaged, TRICKS, type Trick } from './sabotage.fixture.ts';
import type { Supervisor } from './supervisor.ts';
import { createWorld, type World } from './world.fixture.ts';

const RUNS = Number(process.env['SSW_PROPERTY_RUNS'] ?? 100);
const TIMEOUT_MS = 10_000 + 20 * RUNS;
const HOUR_MS = 3_600_000;
const PLANS = [planOf('heavy-0', 0), planOf('light-0', 0, 'light')];
const NAMES = PLANS.map((plan) => plan.replica.name);
const silent = (): void => {};

/** What happens to a replica meanwhile. */
const HAPPENINGS: Readonly<Record<string, (world: World, supervisor: Supervisor, name: string) => unknown>> = {
  crash: (world, _, name) => world.crash(name, { code: 1, signal: null }, 'gone'),
  orphan: (world, _, name) => world.crash(name, { code: null, signal: 'SIGKILL' }, 'orphan'),
  coreLost: (world, _, name) => world.loseCore(name),
  hang: (world, _, name) => world.stall(name),
  outOfMemory: (world, _, name) => world.write(name, 'sign cuda_out_of_memory'),
  restart: (_, supervisor, name) => supervisor.restart(name, silent),
  drain: (_, supervisor, name) => supervisor.drain(name),
  resume: (_, supervisor, name) => supervisor.resume(name),
};

interface Fault {
  readonly trick: Trick;
  /** Goes well so often, and then fails so often. */
  readonly after: number;
  readonly times: number;
}

/** Throws as the faults say. */
function createTrip(faults: readonly Fault[]): (trick: Trick) => void {
  const left = faults.map(({ trick, after, times }) => ({ trick, after, times }));
  return (trick) => {
    for (const fault of left.filter((it) => it.trick === trick)) {
      fault.after -= 1;
      if (fault.after >= 0 || fault.times <= 0) continue;
      fault.times -= 1;
      throw new Error(`EMFILE: too many open files, ${trick}`);
    }
  };
}

/** Broken promises of ours that no failing queue explains. */
const graveOf = ({ violations }: World): readonly string[] =>
  violations.filter((it) => !/is closed twice|is opened in vain|while it is open/.test(it));

/** A fleet through happenings, some minutes apart, while effects fail; then nothing fails any more. */
async function live(faults: readonly Fault[], happenings: readonly (readonly [string, string, number])[]) {
  const clock = createFakeClock();
  const world = createWorld(clock, () => 0);
  const supervisor = createSupervisor(PLANS, sabotaged(world.effects, createTrip(faults)));
  await supervisor.start();
  await clock.advance(60_000);
  for (const [what, name, afterMs] of happenings) {
    HAPPENINGS[what]?.(world, supervisor, name);
    await clock.advance(afterMs);
  }
  for (const name of NAMES) void supervisor.resume(name);
  await clock.advance(2 * HOUR_MS);
  return { clock, world, supervisor };
}

const anyFault = fc.record({
  trick: fc.constantFrom(...TRICKS),
  after: fc.nat(4),
  times: fc.constantFrom(1, 2, 5, 1_000),
});
const anyHappening = fc.tuple(
  fc.constantFrom(...Object.keys(HAPPENINGS)),
  fc.constantFrom(...NAMES),
  fc.constantFrom(0, 10, 1_000, 60_000),
);

test(
  'whatever fails, a replica comes back or is failed with advice, and can be stopped',
  async () => {
    const faults = fc.array(anyFault, { minLength: 1, maxLength: 3 });
    await fc.assert(
      fc.asyncProperty(faults, fc.array(anyHappening, { maxLength: 6 }), async (failing, happenings) => {
        const { clock, world, supervisor } = await live(failing, happenings);
        const isEndless = failing.some(({ times }) => times === 1_000);
        for (const { name, state, lastExit } of supervisor.replicas()) {
          if (state === 'failed') expect(lastExit?.advice).toMatch(/\w/);
          else if (!isEndless)
            expect({ state, isOpen: world.open.has(name) }).toEqual({ state: 'ready', isOpen: true });
        }
        let isStopped = false;
        void supervisor.stop(new AbortController().signal).then(() => (isStopped = true));
        await clock.advance(HOUR_MS);
        expect({ isStopped, running: world.running(), grave: graveOf(world) }).toEqual({
          isStopped: true,
          running: [],
          grave: [],
        });
      }),
      { numRuns: RUNS },
    );
  },
  TIMEOUT_MS,
);
