import type { LinePolicy } from '../store.ts';
import { byText, tiersOf, type Machine, type Tier } from './machine.ts';
import type { Turn } from './turn.ts';

/** How long those that went idle are remembered after the last of them. */
const IDLE_MS = 60_000;

/**
 * Something of the lane is in line. `refund`: what a claim that came to nothing had charged. A store that lost its memory
 * knows nothing of that charge: there is no counter below zero.
 */
export function enterFlow({ machine }: Turn, tier: Tier, lane: string, refund: number): void {
  const counter = tier.flows.get(lane);
  if (counter !== undefined) {
    tier.flows.set(lane, Math.max(counter - refund, 0));
    return;
  }
  const base = Math.max((tier.idle.get(lane) ?? 0) - refund, tier.clock);
  tier.idle.delete(lane);
  if (tier.flows.size === 0) tier.virtual = Math.max(tier.virtual, machine.tiersClock);
  tier.flows.set(lane, base);
}

/** Nothing of the lane is in line any more. */
export function leaveFlow(turn: Turn, tier: Tier, lane: string): void {
  const counter = tier.flows.get(lane);
  if (counter === undefined) return;
  tier.flows.delete(lane);
  setIdle(turn, tier, lane, counter);
}

/** What a claim turned out to be worth beyond its charge, wherever its lane is now. */
export function correctFlow(turn: Turn, tier: Tier, lane: string, charge: number): void {
  const counter = tier.flows.get(lane);
  if (counter !== undefined) tier.flows.set(lane, Math.max(counter + charge, 0));
  else setIdle(turn, tier, lane, Math.max(tier.idle.get(lane) ?? 0, tier.clock) + charge);
}

/** A claim of the lane's next ticket. */
export function chargeFlow(turn: Turn, tier: Tier, lane: string, charge: number, ageMs: number): void {
  const { machine, commit } = turn;
  const start = tier.flows.get(lane) ?? 0;
  tier.clock = Math.max(tier.clock, start);
  machine.tiersClock = Math.max(machine.tiersClock, tier.virtual);
  tier.virtual += virtualTime(commit.policy, tier, charge, ageMs);
  tier.turn = lane;
  machine.served += 1;
  tier.flows.set(lane, start + charge);
}

/** Of the tiers with something left the one with least virtual time. */
export function nextTier({ machine }: Turn, skipped: Skipped): Tier | undefined {
  return tiersOf(machine)
    .filter((it) => it.flows.size > skipped[it.priority].size)
    .reduce<Tier | undefined>((best, it) => (best && best.virtual <= it.virtual ? best : it), undefined);
}

/** Lanes passed over in a run of claims. */
export type Skipped = Readonly<Record<Tier['priority'], Set<string>>>;

/** Whose turn it is in a tier that has something left: the lane with fewest tokens, but the one in turn until it is a quantum ahead. */
export function nextFlow({ commit }: Turn, { flows, turn, priority }: Tier, skipped: Skipped): string {
  let first = '';
  let least = Infinity;
  for (const [lane, counter] of flows) {
    if (skipped[priority].has(lane) || counter > least) continue;
    if (counter === least && byText(first, lane) < 0) continue;
    [first, least] = [lane, counter];
  }
  const counter = skipped[priority].has(turn) ? undefined : flows.get(turn);
  return counter !== undefined && counter <= least + commit.policy.quantum ? turn : first;
}

/** Who went idle long ago is forgotten. */
export function forgetIdle(machine: Machine, nowUs: number): void {
  if (machine.idleEndUs === 0 || nowUs < machine.idleEndUs) return;
  for (const tier of tiersOf(machine)) tier.idle.clear();
  machine.idleEndUs = 0;
}

/** Only what is ahead of the clock is kept: there is no credit. */
export function pruneIdle(machine: Machine): void {
  for (const { idle, clock } of tiersOf(machine)) {
    for (const [lane, counter] of idle) if (counter <= clock) idle.delete(lane);
  }
}

function setIdle({ machine, nowUs }: Turn, tier: Tier, lane: string, counter: number): void {
  if (counter <= tier.clock) {
    tier.idle.delete(lane);
    return;
  }
  tier.idle.set(lane, counter);
  machine.idleEndUs = nowUs + IDLE_MS * 1000;
}

/** A tier's share grows by its own size for each `ageingMs` that its next ticket has waited. */
function virtualTime({ ageingMs, shares }: LinePolicy, { priority }: Tier, charge: number, ageMs: number): number {
  return Math.floor((charge * 1024 * ageingMs) / (shares[priority] * (ageingMs + ageMs)));
}
