import {
  CLAIMS_PER_COMMIT_MAX,
  HOLD_AFTER_MS,
  PASSES_PER_COMMIT_MAX,
  SKIPS_PER_COMMIT_MAX,
  SWEPT_PER_COMMIT_MAX,
} from '../bounds.ts';
import type { ClaimKind } from '../store.ts';
import { chargeFlow, nextFlow, nextTier, type Skipped } from './flows.ts';
import { variantOf } from '../member.ts';
import { firstOf, removeTicket } from './line.ts';
import { isCurrent } from './lives.ts';
import { setIn, type Placed, type Tier } from './machine.ts';
import { hasAnyRoom, hold, occupy, place } from './place.ts';
import type { Room, Turn } from './turn.ts';

/** So many of those that wait apart are looked at for one replica, beside those that it may not take. */
const APART_LOOKED_AT = 8;

/** Tickets to replicas, until nothing fits. */
export function claim(turn: Turn): void {
  for (const room of turn.rooms) {
    if (room.offer.alone && room.sequences > 0 && mayClaim(turn)) claimAlone(turn, room);
  }
  const skipped = { interactive: new Set<string>(), default: new Set<string>(), bulk: new Set<string>() };
  const run: Run = { skipped, skips: new Map(), held: undefined };
  let passes = 0;
  while (mayClaim(turn) && hasTurnsLeft(run, undefined) && passes < PASSES_PER_COMMIT_MAX && hasAnyRoom(turn)) {
    const tier = nextTier(turn, skipped);
    if (tier === undefined) break;
    const lane = nextFlow(turn, tier, skipped);
    const variant = variantOf(lane);
    if (variant !== undefined && !(hasTurnsLeft(run, variant) && hasAnyRoom(turn, variant))) {
      skipped[tier.priority].add(lane);
      passes += 1;
    } else if (serve(turn, run, tier, lane) === 'skipped') {
      run.skips.set(variant, (run.skips.get(variant) ?? 0) + 1);
    }
  }
  if (run.held) run.held.held = false;
  if (!mayClaim(turn)) turn.more = true;
}

/** Notes a claim, and takes its room. */
export function record({ machine, commit, claims }: Turn, kind: ClaimKind, room: Room, placed: Placed): void {
  const { entry, member } = placed;
  const { replica } = room.offer;
  occupy(room, entry.costTokens);
  const name = `${commit.claimBase}:${claims.length + 1}`;
  setIn(machine.claims, commit.life, name, { kind, replica, member });
  claims.push({ claim: name, replica, kind, entry });
}

export function mayClaim({ claims }: Turn): boolean {
  return claims.length < CLAIMS_PER_COMMIT_MAX;
}

/** What one run of claims passes over, and the replica that it keeps free. */
interface Run {
  readonly skipped: Skipped;
  /** How often because the first ticket of a lane fitted nowhere, by the lane's variant. */
  readonly skips: Map<string | undefined, number>;
  held: Room | undefined;
}

function hasTurnsLeft({ skips }: Run, variant: string | undefined): boolean {
  return (skips.get(variant) ?? 0) < SKIPS_PER_COMMIT_MAX;
}

/** One ticket that is next in turn: claimed, or its lane passed over. */
function serve(turn: Turn, run: Run, tier: Tier, lane: string): 'served' | 'skipped' {
  const placed = nextTicket(turn, tier, lane);
  if (placed === undefined) return 'served';
  if (placed === 'bound') {
    turn.more = true;
    run.skipped[tier.priority].add(lane);
    return 'skipped';
  }
  const { order, charge } = placed.entry;
  const ageUs = Math.max(turn.nowUs - order, 0);
  const isAhead = (tier.flows.get(lane) ?? 0) > tier.clock;
  const room = place(turn.rooms, placed.entry, isAhead);
  if (room) {
    chargeFlow(turn, tier, lane, charge, Math.floor(ageUs / 1000));
    removeTicket(turn, placed);
    record(turn, 'line', room, placed);
    return 'served';
  }
  run.skipped[tier.priority].add(lane);
  if (!run.held && ageUs >= HOLD_AFTER_MS * 1000) run.held = hold(turn.rooms, placed.entry);
  return 'skipped';
}

/** The next ticket of a flow whose origin still waits for it: none where it has come to its end or the commit to its bound. */
function nextTicket(turn: Turn, { priority }: Tier, lane: string): Placed | 'bound' | undefined {
  for (;;) {
    const placed = firstOf(turn.machine, priority, lane);
    if (placed === undefined || isCurrent(turn.machine, placed.entry.origin)) return placed;
    if (turn.dropped === SWEPT_PER_COMMIT_MAX) return 'bound';
    turn.dropped += 1;
    removeTicket(turn, placed);
  }
}

/** The first suspect that waits for a replica of its own, and may have this one. */
function claimAlone(turn: Turn, room: Room): void {
  for (const placed of turn.machine.apart.slice(0, APART_LOOKED_AT + room.offer.exceptIds.length)) {
    const isWanted = isCurrent(turn.machine, placed.entry.origin);
    if (isWanted && room.offer.exceptIds.includes(placed.entry.id)) continue;
    removeTicket(turn, placed);
    if (!isWanted) turn.more = true;
    else {
      record(turn, 'alone', room, placed);
      return;
    }
  }
}
