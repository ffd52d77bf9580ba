import { laneOf } from '../member.ts';
import type { AdmissionLimits, Entry, Result, Transition } from '../store.ts';
import { claim, mayClaim, record } from './claim.ts';
import { aheadOf, countOf, enterLine } from './line.ts';
import { leftOver } from './lives.ts';
import { placedOf } from './machine.ts';
import { place } from './place.ts';
import { rateOf, takeRate } from './rate.ts';
import { nextOrder, type Turn } from './turn.ts';

export function admit(turn: Turn, { entry, limits }: Transition & { readonly type: 'admit' }): Result {
  const refused = refusal(turn, entry, limits);
  if (refused !== undefined) return refused;
  const placed = placedOf({ ...entry, order: nextOrder(turn), origin: turn.commit.life });
  const room = turn.machine.line.length === 0 && mayClaim(turn) ? place(turn.rooms, entry, false) : undefined;
  if (room) record(turn, 'direct', room, placed);
  else enterLine(turn, placed);
  const isLimited = limits.requestsPerMinute > 0 || limits.tokensPerMinute > 0;
  return {
    type: 'admitted',
    order: placed.entry.order,
    ahead: room === undefined && limits.look ? Math.max(aheadOf(turn, placed) - leftOver(turn.machine), 0) : undefined,
    rate: isLimited ? rateOf(turn, entry.tenant, limits) : undefined,
  };
}

/** A full line is first offered to the replicas: what can run now does not count as waiting. */
function refusal(turn: Turn, entry: Entry, limits: AdmissionLimits): Result | undefined {
  const lane = laneOf(entry);
  if (bound(turn, lane, limits) !== undefined) claim(turn);
  return bound(turn, lane, limits) ?? takeRate(turn, entry.tenant, limits, entry.costTokens);
}

/** Whether there is as much in line as may be, in all or in this lane. */
function bound({ machine, commit }: Turn, lane: string, { tenantDepthMax }: AdmissionLimits): Result | undefined {
  const depth = machine.line.length - leftOver(machine);
  if (depth >= commit.policy.depthMax) return { type: 'refused', why: 'pool_full', depth };
  if (tenantDepthMax === 0 || depth < tenantDepthMax) return undefined;
  const count = countOf(machine, lane) - leftOver(machine);
  return count >= tenantDepthMax ? { type: 'refused', why: 'tenant_full', depth: count } : undefined;
}
