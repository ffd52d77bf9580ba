import { expect, test } from 'bun:test';
import { createFakeClock, type FakeClock } from '../../test/support/fake-clock.ts';
import type { ReplicaPlan } from '../engine/index.ts';
import { externalPlanOf, planOf } from './plan.fixture.ts';
import { policy } from './replica/policy.fixture.ts';
import type { PoolPolicy, Verdict as RolloutVerdict } from './rollout/request.ts';
import { createSupervisor } from './run.ts';
import type { OperationResult, Supervisor } from './supervisor.ts';
import { CALM, type Temper } from './world-engines.fixture.ts';
import { createWorld, type World } from './world.fixture.ts';

/** Fleets to simulate; more by the environment. The first seed too, to replay one that failed. */
const SEEDS = Number(process.env['SSW_SIM_SEEDS'] ?? 20);
const FIRST_SEED = Number(process.env['SSW_SIM_SEED'] ?? 1);
const FAULTS = 60;

const PLANS = [
  planOf('heavy-0', 0),
  planOf('light-0', 0, 'light'),
  planOf('heavy-1', 1, 'heavy', { port: 8001 }),
  planOf('light-1', 1, 'light'),
  planOf('cpu-0', undefined),
  planOf('cpu-1', undefined),
  externalPlanOf('far-0'),
];
const STRANGER = { card: 'gpu:1', pid: 77, name: 'python', mib: 20_000 };
const NAMES = PLANS.map((plan) => plan.replica.name);
const silent = (): void => {};

function planNamed(name: string): ReplicaPlan {
  const plan = PLANS.find((it) => it.replica.name === name);
  if (plan === undefined) throw new Error(`no plan is called ${name}`);
  return plan;
}

/** mulberry32: the same numbers for the same seed. */
function seeded(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let bits = Math.imul(state ^ (state >>> 15), 1 | state);
    bits = (bits + Math.imul(bits ^ (bits >>> 7), 61 | bits)) ^ bits;
    return ((bits ^ (bits >>> 14)) >>> 0) / 4_294_967_296;
  };
}

function pick<T>(random: () => number, items: readonly [T, ...T[]]): T {
  return items[Math.floor(random() * items.length)] ?? items[0];
}

function anyTemper(random: () => number): Temper {
  return {
    startMs: 1_000 + random() * 60_000,
    warmMs: random() * 5_000,
    start: pick(random, ['ready', 'ready', 'ready', 'crash', 'hang']),
    startWords: pick(random, ['phase loading', 'phase loading', 'phase loading', 'sign bad_flag']),
    onTerm: pick(random, ['leave', 'swallow_one', 'ignore']),
    leaveMs: random() * 3_000,
    dieMs: random() * 5_000,
    keepMs: random() ** 2 * 90_000, // memory that takes its time to come back
  };
}

/** What may befall a replica. */
const FAULTS_OF_ALL_KINDS: readonly [Fault, ...Fault[]] = [
  ({ world, name }) => world.crash(name, { code: 0, signal: null }, 'gone'),
  ({ world, name }) => world.crash(name, { code: null, signal: 'SIGKILL' }, 'orphan'),
  ({ world, name }) => world.stall(name),
  ({ world, name }) => world.loseCore(name),
  ({ world }) => void world.ports.set(8001, { pid: 9, name: 'nc' }),
  ({ world }) => world.ports.clear(),
  ({ world, random }) => void world.cards.troubles.set('gpu:0', pick(random, ['lost', 'unreadable'])),
  ({ world }) => world.cards.troubles.clear(),
  ({ world }) => void world.cards.holders.add(STRANGER),
  ({ world }) => void world.cards.holders.delete(STRANGER),
  ({ world }) => world.servers.start('far-0'),
  ({ world }) => world.servers.end('far-0'),
  ({ supervisor, name }) => supervisor.heard(name, 'reset'),
  ({ world, name, random }) => world.inFlight.set(name, Math.floor(random() * 5)),
  ({ world, name }) => world.finishRequests(name),
  ({ world, name, random }) => world.tempers.set(name, anyTemper(random)),
  ({ supervisor, name, awaited }) => awaited(supervisor.restart(name, silent)),
  ({ supervisor, name, awaited }) => awaited(supervisor.drain(name)),
  ({ supervisor, name, awaited }) => awaited(supervisor.resume(name)),
  ({ supervisor, name, awaited }) => awaited(roll(supervisor, planNamed(name), planNamed(name))),
  ({ supervisor, name, awaited }) => awaited(removeOrAdd(supervisor, planNamed(name))),
];

const passes = (): Promise<RolloutVerdict> => Promise.resolve({ ok: true });
const POLICY: PoolPolicy = { minReady: 0, drainTimeoutMs: undefined, startTimeoutMs: 300_000, hold: undefined };

/** One replica from here to there. */
async function roll(
  supervisor: Supervisor,
  from: ReplicaPlan | undefined,
  to: ReplicaPlan | undefined,
): Promise<OperationResult> {
  const { replica, poolName } = to ?? from ?? PLANS[0] ?? planOf('none', 0);
  const ending = await supervisor.roll(
    {
      id: replica.name,
      moves: [{ replica: replica.name, pool: poolName, from, to }],
      policies: { [poolName]: POLICY },
    },
    { evaluate: passes, judge: passes, record: () => Promise.resolve(), progress: silent },
  );
  return ending.result === 'done' ? { ok: true } : { ok: false, message: ending.result };
}

/** It goes, or comes back, last in order. */
function removeOrAdd(supervisor: Supervisor, plan: ReplicaPlan): Promise<OperationResult> {
  const isThere = supervisor.replicas().some((it) => it.name === plan.replica.name);
  return isThere ? roll(supervisor, plan, undefined) : roll(supervisor, undefined, plan);
}

interface Scene {
  readonly world: World;
  readonly supervisor: Supervisor;
  readonly name: string;
  readonly random: () => number;
  /** Takes note of an operation, which must end. */
  readonly awaited: (operation: Promise<OperationResult>) => void;
}
type Fault = (scene: Scene) => unknown;

/** A stop leaves nothing behind, be it in a hurry from some moment on. */
async function stopsWhole(supervisor: Supervisor, world: World, clock: FakeClock, hurryAfterMs: number): Promise<void> {
  const hurry = new AbortController();
  let isStopped = false;
  clock.after(hurryAfterMs, () => hurry.abort());
  void supervisor.stop(hurry.signal).then(() => (isStopped = true));
  await clock.advance(120_000);
  expect({ isStopped, running: world.running(), violations: world.violations }).toEqual({
    isStopped: true,
    running: [],
    violations: [],
  });
}

/** One fleet through its troubles; answers with how many transitions it made. */
async function simulate(seed: number): Promise<number> {
  const random = seeded(seed);
  const clock = createFakeClock();
  const world = createWorld(clock, random);
  const supervisor = createSupervisor(PLANS, world.effects);
  let transitions = 0;
  let underWay = 0;
  const awaited = (operation: Promise<OperationResult>): void => {
    underWay += 1;
    void operation.then(() => (underWay -= 1));
  };
  supervisor.onTransition(() => (transitions += 1));
  await supervisor.start();

  for (let fault = 0; fault < FAULTS; fault += 1) {
    await clock.advance(1 + random() ** 3 * 90_000);
    const name = NAMES[Math.floor(random() * NAMES.length)] ?? '';
    pick(random, FAULTS_OF_ALL_KINDS)({ world, supervisor, name, random, awaited });
    expect(world.violations).toEqual([]);
  }

  world.ports.clear();
  world.cards.troubles.clear();
  world.cards.holders.delete(STRANGER);
  world.servers.start('far-0');
  for (const name of NAMES) {
    world.tempers.set(name, CALM);
    world.finishRequests(name);
  }
  await clock.advance(2 * policy.phaseTimeoutMs.loading); // starts that hang are given up
  for (const name of NAMES.filter((it) => !supervisor.replicas().some((replica) => replica.name === it))) {
    awaited(roll(supervisor, undefined, planNamed(name)));
    await clock.advance(300_000);
  }
  for (const { name, state } of supervisor.replicas()) {
    await supervisor.resume(name);
    if (state === 'failed') awaited(supervisor.restart(name, silent));
  }
  await clock.advance(1_800_000);
  expect(
    supervisor
      .replicas()
      .map(({ name, state }) => `${name} ${state}`)
      .toSorted(),
  ).toEqual(NAMES.map((name) => `${name} ready`).toSorted());
  expect(underWay).toBe(0);

  await stopsWhole(supervisor, world, clock, random() * 60_000);
  return transitions;
}

test(
  `fleets through ${FAULTS} troubles each come back whole and keep the rules`,
  async () => {
    let transitions = 0;
    for (let seed = FIRST_SEED; seed < FIRST_SEED + SEEDS; seed += 1) {
      try {
        transitions += await simulate(seed);
      } catch (error) {
        throw new Error(`seed ${seed}; replay with SSW_SIM_SEED=${seed} SSW_SIM_SEEDS=1`, { cause: error });
      }
    }
    expect(transitions).toBeGreaterThan(SEEDS * FAULTS); // the troubles were felt
  },
  60_000 + SEEDS * 1_000,
);
