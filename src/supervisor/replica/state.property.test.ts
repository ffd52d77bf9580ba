import { expect, test } from 'bun:test';
import * as fc from 'fast-check';
import type { LastExit } from '../fleet.ts';
import { policy } from './policy.fixture.ts';
import { NEVER_STARTED, type Replica, type ReplicaEffect, type ReplicaEvent } from './stage.ts';
import { step } from './state.ts';

const RUNS = Number(process.env['SSW_PROPERTY_RUNS'] ?? 500);
const capacity = { kvTokens: 1000, sequencesMax: 8 };
const exit: LastExit = { cause: 'unknown', code: 1, signal: null, advice: '', atUnixMs: 0 };

/** The world as one replica can see it, strict about what may be done to it. */
interface World {
  card: 'none' | 'asked' | 'held';
  group: 'none' | 'running' | 'leader_gone';
  isOpen: boolean;
  terms: number;
  isReadyOnce: boolean;
}

const INVARIANT: Record<ReplicaEffect['do'], (world: World) => void> = {
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
  spawn(world) {
    expect(world.card).toBe('held');
    expect(world.group).toBe('none');
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
    expect(world.card).toBe('held'); // of its own start, or granted for this stop
    world.terms += 1;
    expect(world.terms).toBeLessThanOrEqual(world.isReadyOnce ? 1 : 2);
  },
  kill_group(world) {
    expect(world.group).not.toBe('none');
    expect(world.isOpen).toBe(false);
  },
  forget_group(world) {
    world.group = 'none';
  },
  report_ending(world) {
    expect(world.group).toBe('none');
  },
  wake: () => {},
  back_off(world) {
    expect(world).toMatchObject({ group: 'none', card: 'none', isOpen: false });
  },
};

/** Which events the world could send now, besides wishes and stale ones. */
function possible(event: ReplicaEvent, world: World, { stage }: Replica): boolean {
  if (event.on === 'card_granted') return world.card === 'asked';
  if (event.on === 'exited') return world.group === 'running';
  if (event.on === 'gone') return world.group === 'leader_gone';
  if (event.on === 'unlaunchable' || event.on === 'unspawned')
    return stage.in === 'starting' && stage.phase === 'spawned';
  return true;
}

function play(replica: Replica, event: ReplicaEvent, world: World): Replica {
  if (event.on === 'card_granted') world.card = 'held';
  if (event.on === 'exited') world.group = 'leader_gone';
  if (event.on === 'unlaunchable' || event.on === 'unspawned') world.group = 'none';
  const after = step(replica, event, policy);
  for (const effect of after.effects) INVARIANT[effect.do](world);
  const { stage } = after.replica;
  const isAtRest = stage.in === 'stopped' || stage.in === 'failed' || stage.in === 'backoff';
  if (isAtRest) expect(world).toMatchObject({ group: 'none', card: 'none', isOpen: false });
  expect(world.isOpen).toBe(stage.in === 'ready');
  return after.replica;
}

const wishes = ['restart', 'stop', 'hurry', 'drain', 'resume'] as const;
const timers = ['start_deadline', 'healthy', 'drain', 'second_term', 'grace', 'backoff'] as const;
const happenings = ['card_granted', 'answering', 'idle', 'exited'] as const;
const verdicts = [{ is: 'ok' }, { is: 'stalled', forMs: 1 }, { is: 'dead', because: 'refused' }] as const;

type Draw = (life: number) => ReplicaEvent;

/** Any event, in the life it happens to come in. */
const anyEvent: fc.Arbitrary<Draw> = fc.oneof(
  fc.constantFrom(...wishes).map((on): Draw => () => ({ on })),
  { weight: 4, arbitrary: fc.constantFrom(...happenings).map((on): Draw => (life) => ({ on, life })) },
  { weight: 2, arbitrary: fc.constant<Draw>((life) => ({ on: 'warm', life, capacity })) },
  {
    weight: 2,
    arbitrary: fc.constantFrom('unlaunchable', 'unspawned').map((on): Draw => (life) => ({ on, life, exit })),
  },
  {
    weight: 2,
    arbitrary: fc
      .tuple(fc.constantFrom('log', 'code'), fc.boolean())
      .map(([from, retry]): Draw => (life) => ({ on: 'gone', life, exit, from, retry })),
  },
  fc.constantFrom('loading', 'listening').map((phase): Draw => (life) => ({ on: 'phase', life, phase })),
  fc.constantFrom(...verdicts).map((verdict): Draw => (life) => ({ on: 'verdict', life, verdict })),
  fc.constantFrom(...timers).map((timer): Draw => (life) => ({ on: 'elapsed', life, timer })),
);

/** What a world that hangs nowhere would send next, to a replica that is to stop. */
function towardsTheEnd({ stage, life }: Replica, world: World): ReplicaEvent {
  if (world.card === 'asked') return { on: 'card_granted', life };
  if (stage.in === 'draining') return { on: 'idle', life };
  return world.group === 'running' ? { on: 'exited', life } : { on: 'gone', life, exit, from: 'code', retry: true };
}

test('whatever happens in whatever order, the rules hold, and a stop brings it down', () => {
  const sequence = fc.array(fc.tuple(anyEvent, fc.nat(9)), { maxLength: 80 });
  fc.assert(
    fc.property(sequence, (draws) => {
      const world: World = { card: 'none', group: 'none', isOpen: false, terms: 0, isReadyOnce: false };
      let replica = NEVER_STARTED;
      for (const [draw, dice] of draws) {
        const isStale = dice === 0;
        const event = draw(replica.life - (isStale ? 1 : 0));
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
