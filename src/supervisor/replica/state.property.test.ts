import { expect, test } from 'bun:test';
import * as fc from 'fast-check';
import type { RestartConfig } from '../../config/index.ts';
import { EXIT_RULES, type ExitCause } from '../../engine/index.ts';
import type { LastExit } from '../fleet.ts';
import { policy as defaults } from './policy.fixture.ts';
import { NEVER_STARTED, type Replica, type ReplicaEffect, type ReplicaEvent, type Timer } from './stage.ts';
import { step } from './state.ts';

const RUNS = Number(process.env['SSW_PROPERTY_RUNS'] ?? 500);
const policy: RestartConfig = { ...defaults, maxRestarts: 2, restartWindowMs: 300 };
const capacity = { kvTokens: 1000, sequencesMax: 8 };
const exitOf = (cause: ExitCause): LastExit => ({ cause, code: 1, signal: null, advice: '', atUnixMs: 0 });

/** The world as one replica can see it, strict about what may be done to it. */
interface World {
  nowMs: number;
  card: 'none' | 'asked' | 'held' | 'proving' | 'proven';
  group: 'none' | 'running' | 'leader_gone';
  isOpen: boolean;
  terms: number;
  isReadyOnce: boolean;
  /** Set, and not fired yet. */
  timers: readonly Timer[];
}

const FRESH: World = { nowMs: 0, card: 'none', group: 'none', isOpen: false, terms: 0, isReadyOnce: false, timers: [] };

const INVARIANT: {
  readonly [Do in ReplicaEffect['do']]: (world: World, effect: Extract<ReplicaEffect, { do: Do }>) => void;
} = {
  request_card(world) {
    expect(world.card).toBe('none');
    world.card = 'asked';
  },
  seize_card(world) {
    expect(world.group).not.toBe('none');
    world.card = 'held';
  },
  release_card(world) {
    expect(world.card).not.toBe('none');
    world.card = 'none';
  },
  prove_card(world) {
    expect(world).toMatchObject({ card: 'held', group: 'none' });
    world.card = 'proving';
  },
  give_up_proof(world) {
    if (world.card === 'proving') world.card = 'held';
  },
  spawn(world) {
    expect(world).toMatchObject({ card: 'proven', group: 'none' });
    Object.assign(world, { group: 'running', terms: 0, isReadyOnce: false });
  },
  open(world) {
    expect(world).toMatchObject({ group: 'running', isOpen: false });
    Object.assign(world, { isOpen: true, isReadyOnce: true });
  },
  close(world) {
    expect(world.isOpen).toBe(true);
    world.isOpen = false;
  },
  terminate_leader(world) {
    expect(['held', 'proven']).toContain(world.card); // granted for this stop, or of its own start
    world.terms += 1;
    expect(world.terms).toBeLessThanOrEqual(world.isReadyOnce ? 1 : 2);
  },
  kill_group(world) {
    expect(world.group).not.toBe('none');
    expect(world.isOpen).toBe(false);
  },
  tell_end(world) {
    expect(world).toMatchObject({ isOpen: false });
    expect(world.group).not.toBe('none');
  },
  give_up_look(world) {
    expect(world.group).not.toBe('none');
  },
  forget_group(world) {
    world.group = 'none';
  },
  report_ending(world) {
    expect(world.group).toBe('none');
  },
  wake(world, { timer }) {
    world.timers = [...world.timers, timer];
  },
  back_off(world) {
    world.timers = [...world.timers, 'backoff'];
    expect(world).toMatchObject({ group: 'none', card: 'none', isOpen: false });
  },
};

function check<Do extends ReplicaEffect['do']>(effect: Extract<ReplicaEffect, { do: Do }>, world: World): void {
  INVARIANT[effect.do](world, effect);
}

/** Nothing runs of a start that came to no process. */
const VAIN = ['unlaunchable', 'unspawned', 'hindered'] as const;
const isVain = ({ on }: ReplicaEvent): boolean => VAIN.some((it) => it === on);

/** Which events the world could send now, besides wishes and stale ones. */
function possible(event: ReplicaEvent, world: World, { stage }: Replica): boolean {
  if (event.on === 'card_granted') return world.card === 'asked';
  if (event.on === 'card_proven') return world.card === 'proving';
  if (event.on === 'exited' || event.on === 'core_lost') return world.group === 'running';
  if (event.on === 'gone') return world.group === 'leader_gone';
  if (event.on === 'elapsed') return world.timers.includes(event.timer);
  if (event.on === 'hindered' && world.card === 'proving') return true;
  if (event.on === 'unspawned' && (world.card === 'asked' || world.card === 'proving'))
    return stage.in === 'waiting_for_card';
  if (event.on === 'broken') return world.group === 'running';
  return !isVain(event) || (stage.in === 'starting' && stage.progress.phase === 'spawned');
}

function play(replica: Replica, event: ReplicaEvent, world: World): Replica {
  if (event.on === 'card_granted') world.card = 'held';
  if (event.on === 'card_proven') world.card = 'proven';
  if (event.on === 'exited') world.group = 'leader_gone';
  if (event.on === 'elapsed') world.timers = world.timers.filter((timer) => timer !== event.timer);
  if (isVain(event)) world.group = 'none';
  if (event.on === 'open') world.isOpen = false; // the one wish that opens what is open
  const after = step(replica, event, policy);
  if (after.replica.life !== replica.life) world.timers = []; // those of an earlier life are stale
  for (const effect of after.effects) check(effect, world);
  const { stage } = after.replica;
  const isAtRest = stage.in === 'stopped' || stage.in === 'failed' || stage.in === 'backoff';
  if (isAtRest) expect(world).toMatchObject({ group: 'none', card: 'none', isOpen: false });
  expect(world.isOpen).toBe(stage.in === 'ready');
  countsItsEndings(replica, after.replica, event, world);
  return after.replica;
}

/** How often it may end, that it fails for no less, and that what is no fault of its own never counts. */
function countsItsEndings(before: Replica, after: Replica, event: ReplicaEvent, { nowMs }: World): void {
  const recent = after.endings.filter((atMs) => atMs > nowMs - policy.restartWindowMs).length;
  expect(recent).toBeLessThanOrEqual(policy.maxRestarts + 1);
  if (event.on === 'hindered') expect(after).toMatchObject({ endings: before.endings, restarts: before.restarts });
  if (after.stage.in === 'backoff' && event.on !== 'hindered') expect(recent).toBeLessThanOrEqual(policy.maxRestarts);
  if (after.stage.in !== 'failed' || before.stage.in === 'failed') return;
  const cause = after.lastExit?.cause ?? 'unknown';
  const hasReason = recent > policy.maxRestarts || !EXIT_RULES[cause].retry;
  expect({ hasReason, cause }).toEqual({ hasReason: true, cause });
}

const wishes = ['restart', 'stop', 'stay', 'hurry', 'drain', 'resume'] as const;
const timers = ['phase', 'healthy', 'drain', 'second_term', 'grace', 'backoff'] as const;
const happenings = ['card_granted', 'card_proven', 'answering', 'idle', 'exited'] as const;
const causes = ['unknown', 'bad_flag', 'no_card_memory', 'card_lost', 'killed'] as const;
const verdicts = [
  { is: 'ok' },
  { is: 'stalled', forMs: 1 },
  { is: 'dead', because: 'unavailable' },
  { is: 'unreachable', because: 'refused', forMs: 1 },
] as const;

type Draw = (life: number, atMs: number, replica: Replica, world: World) => ReplicaEvent;

/** What mostly comes next: a start goes well, and then its engine ends. */
function onwards(cause: ExitCause): Draw {
  return (life, atMs, { stage }, world) => {
    if (world.card === 'asked') return { on: 'card_granted', life };
    if (world.card === 'proving') return { on: 'card_proven', life };
    if (stage.in === 'starting') return { on: 'answering', life };
    if (stage.in === 'warming') return { on: 'warm', life, capacity };
    if (stage.in === 'backoff') return { on: 'elapsed', life, timer: 'backoff' };
    if (world.group === 'running') return { on: 'exited', life };
    if (world.group === 'leader_gone') return { on: 'gone', life, atMs, exit: exitOf(cause), from: 'code' };
    return { on: 'restart' };
  };
}

/** Any event, in the life it happens to come in. */
const anyEvent: fc.Arbitrary<Draw> = fc.oneof(
  { weight: 40, arbitrary: fc.constantFrom(...causes).map(onwards) },
  { weight: 3, arbitrary: fc.constantFrom(...wishes).map((on): Draw => () => ({ on })) },
  fc.constant<Draw>(() => ({ on: 'restart', held: true })),
  fc.constantFrom(0.001, 0.5, 1).map((share): Draw => () => ({ on: 'open', share })),
  { weight: 8, arbitrary: fc.constantFrom(...happenings).map((on): Draw => (life) => ({ on, life })) },
  { weight: 3, arbitrary: fc.constant<Draw>((life) => ({ on: 'warm', life, capacity })) },
  {
    weight: 2,
    arbitrary: fc
      .tuple(fc.constantFrom(...VAIN), fc.constantFrom(...causes))
      .map(([on, cause]): Draw => (life, atMs) => {
        return { on, life, atMs, exit: exitOf(on === 'unlaunchable' ? on : cause) };
      }),
  },
  {
    weight: 4,
    arbitrary: fc
      .tuple(fc.constantFrom('log', 'code'), fc.constantFrom(...causes))
      .map(([from, cause]): Draw => (life, atMs) => ({ on: 'gone', life, atMs, exit: exitOf(cause), from })),
  },
  {
    weight: 2,
    arbitrary: fc
      .constantFrom('loading', 'listening')
      .map((phase): Draw => (life) => ({ on: 'progress', life, progress: { phase } })),
  },
  fc.constant<Draw>((life) => ({ on: 'core_lost', life, process: { pid: 7, comm: 'VLLM::EngineCor' } })),
  fc.constant<Draw>((life) => ({ on: 'broken', life, why: exitOf('internal_error') })),
  fc.constantFrom(...verdicts).map((verdict): Draw => (life) => ({ on: 'verdict', life, verdict })),
  { weight: 3, arbitrary: fc.constantFrom(...timers).map((timer): Draw => (life) => ({ on: 'elapsed', life, timer })) },
);

/** What a world that hangs nowhere would send next, to a replica that is to stop. */
function towardsTheEnd({ stage, life }: Replica, world: World): ReplicaEvent {
  if (world.card === 'asked') return { on: 'card_granted', life };
  if (stage.in === 'draining') return { on: 'idle', life };
  if (world.group === 'running') return { on: 'exited', life };
  return { on: 'gone', life, atMs: world.nowMs, exit: exitOf('unknown'), from: 'code' };
}

test('whatever happens in whatever order, the rules hold, and a stop brings it down', () => {
  const sequence = fc.array(fc.tuple(anyEvent, fc.nat(9)), { minLength: 20, maxLength: 120, size: 'max' });
  fc.assert(
    fc.property(sequence, (draws) => {
      const world: World = { ...FRESH };
      let replica = NEVER_STARTED;
      for (const [draw, dice] of draws) {
        const isStale = dice === 0;
        world.nowMs += dice;
        const event = draw(replica.life - (isStale ? 1 : 0), world.nowMs, replica, world);
        if (isStale && 'life' in event) expect(step(replica, event, policy)).toEqual({ replica, effects: [] });
        else if (possible(event, world, replica)) replica = play(replica, event, world);
      }
      replica = play(replica, { on: 'stop' }, world);
      for (let left = 6; left > 0 && replica.stage.in !== 'stopped'; left -= 1) {
        replica = play(replica, towardsTheEnd(replica, world), world);
      }
      expect(replica.stage.in).toBe('stopped');
    }),
    { numRuns: RUNS },
  );
});
