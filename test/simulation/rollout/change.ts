import type { ReplicaPlan } from '../../../src/engine/index.ts';
import type { Move, PoolPolicy } from '../../../src/supervisor/index.ts';
import { externalPlanOf, planOf } from '../../../src/supervisor/plan.fixture.ts';
import type { Random } from '../../support/random.ts';
import type { Change, Fate } from './scene.ts';

const CARDS = 3;
/** Parts of a card that replicas take; a card has room for 0.92. */
const PARTS = [0.2, 0.3, 0.4, 0.46];
const PART_MAX = 0.92;
const POOLS = ['heavy', 'light'];
const REPLICAS_MAX = 4;

/** How new plans fare: mostly well, or nothing else would be seen. */
const NEW_FATES: readonly Fate[] = [
  ...Array.from({ length: 12 }, (): Fate => 'well'),
  'never_starts',
  'crashes',
  'hangs',
  'rubbish',
  'mute',
  'slow',
  'unjudged',
  'dies',
];
/** And old ones, should they start again. */
const OLD_FATES: readonly Fate[] = [
  ...Array.from({ length: 12 }, (): Fate => 'well'),
  'never_starts',
  'crashes',
  'hangs',
];

/** Some fleet, and what shall become of it. */
export function anyChange(random: Random): Change {
  const names = POOLS.flatMap((pool) =>
    Array.from({ length: random.between(pool === 'heavy' ? 1 : 0, REPLICAS_MAX) }, (_, index) => `${pool}-${index}`),
  );
  const old = placed(
    names.filter(() => random.next() < 0.85),
    random,
  );
  const wanted = placed(
    names.filter(() => random.next() < 0.9),
    random,
  );
  const fates = new Map<ReplicaPlan, Fate>();
  const renewed = new Map<string, ReplicaPlan>();
  for (const name of names) {
    const before = old.get(name);
    const after = wanted.get(name);
    const stays = before !== undefined && sameCards(old, wanted) && random.next() < 0.2;
    if (stays) renewed.set(name, before);
    else if (after !== undefined)
      renewed.set(name, withNewModel(after, random.next() < 0.05 ? 'light' : after.poolName));
  }
  for (const plan of renewed.values()) fates.set(plan, random.pick(NEW_FATES));
  for (const plan of old.values()) fates.set(plan, random.pick(OLD_FATES));
  const moves = names.flatMap((name) => moveOf(name, old.get(name), renewed.get(name)));
  return { old, new: renewed, fates, request: { id: 'story', moves, policies: policiesOf(random) } };
}

/** Now and then in another pool. */
function withNewModel(plan: ReplicaPlan, poolName: string): ReplicaPlan {
  return { ...plan, poolName, pool: { ...plan.pool, servedName: 'example/new' } };
}

function moveOf(replica: string, from: ReplicaPlan | undefined, to: ReplicaPlan | undefined): Move[] {
  const pool = (to ?? from)?.poolName;
  return pool === undefined || from === to ? [] : [{ replica, pool, from, to }];
}

/** One that stays takes the room that it had: only where the cards are as they were is that sure to be there. */
function sameCards(old: ReadonlyMap<string, ReplicaPlan>, wanted: ReadonlyMap<string, ReplicaPlan>): boolean {
  return [...wanted].every(([name, plan]) => {
    const before = old.get(name);
    return (
      before?.replica.gpu === plan.replica.gpu &&
      before?.replica.gpuMemoryUtilization === plan.replica.gpuMemoryUtilization
    );
  });
}

/** Replicas on cards that have room for them; on none where no card has. */
function placed(names: readonly string[], random: Random): ReadonlyMap<string, ReplicaPlan> {
  const used = new Map<number, number>();
  const plans = names.map((name): [string, ReplicaPlan] => {
    if (random.next() < 0.08) return [name, { ...externalPlanOf(name), poolName: poolOf(name) }];
    const gpu = random.between(0, CARDS - 1);
    const part = random.pick(PARTS);
    const sum = (used.get(gpu) ?? 0) + part;
    if (sum > PART_MAX) return [name, planOf(name, undefined, poolOf(name))];
    used.set(gpu, sum);
    return [name, planOf(name, gpu, poolOf(name), { gpuMemoryUtilization: part })];
  });
  return new Map(plans);
}

const poolOf = (name: string): string => name.split('-')[0] ?? '';

function policiesOf(random: Random): Record<string, PoolPolicy> {
  return Object.fromEntries(
    POOLS.map((pool) => [
      pool,
      {
        minReady: random.between(0, REPLICAS_MAX - 1),
        drainTimeoutMs: random.pick([undefined, 5_000, 120_000]),
        startTimeoutMs: random.pick([60_000, 300_000]),
        hold: random.pick([undefined, { holdMs: 30_000, share: 0.25 }]),
      },
    ]),
  );
}
