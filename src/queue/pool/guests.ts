import { learn } from '../budget/estimate.ts';
import { ended, sent } from '../budget/reading.ts';
import type { Claimed } from '../store.ts';
import type { Outcome } from '../ticket.ts';
import { leaveAside } from '../suspects/aside.ts';
import { blameGuest } from '../suspects/verdict.ts';
import { emptied, LOST, resize } from './ending.ts';
import type { PoolEffect, PoolEvent } from './event.ts';
import type { Hosted } from './held.ts';
import { pause } from './pause.ts';
import { enqueue, type Pool } from './pool.ts';
import { finishClaim, localReplica } from './claim.ts';
import { countGrant } from './watched.ts';

/** After these the replica may take the ticket again. */
const SERVED: ReadonlySet<Outcome> = new Set(['completed', 'engine_declined', 'client_gone']);

/** Part of what a guest costs that is taken for its prompt: nobody says. */
const PROMPT_PART = 0.5;

/** Another node's ticket for a replica of this one: its origin says whether it is wanted. */
export function takeGuest(pool: Pool, claimed: Claimed, nowMs: number): PoolEffect[] {
  const { claim, kind, entry } = claimed;
  const alone = kind === 'alone';
  const seat = localReplica(pool, claimed);
  if (seat === undefined) {
    enqueue(pool, { type: 'give_back', claim, alone });
    return [];
  }
  const { name, replica } = seat;
  const { life } = replica;
  const heldTokens = entry.costTokens;
  replica.usedTokens += heldTokens;
  replica.running += 1;
  countGrant(pool, name);
  sent(replica.reading, claim, heldTokens * PROMPT_PART, nowMs);
  if (alone) pool.aside = { replica: name, claim };
  const hosted: Hosted = {
    claim,
    kind,
    replica: name,
    life,
    ending: undefined,
    alone,
    heldTokens,
    entry,
    fingerprint: undefined,
  };
  pool.guests.set(claim, hosted);
  return [{ do: 'host', hosted }];
}

/** A guest's execution is over, and its claim with it. */
export function endGuest(pool: Pool, event: Extract<PoolEvent, { on: 'guest_end' }>): PoolEffect[] {
  const hosted = pool.guests.get(event.claim);
  if (hosted === undefined) return [];
  const { claim, alone, entry, replica: name } = hosted;
  pool.guests.delete(claim);
  const blamed = blameGuest(pool, hosted, event.outcome, event.nowMs);
  leaveAside(pool, claim);
  const replica = pool.replicas.get(name);
  if (event.how === 'over' || pool.home === 'memory')
    settle(pool, hosted, event); // in memory are own tickets only
  else enqueue(pool, { type: 'give_back', claim, alone });
  if (event.how === 'back' || !SERVED.has(event.outcome)) replica?.returned.set(entry.id, event.nowMs);
  if (replica === undefined) return blamed;
  replica.usedTokens -= hosted.heldTokens;
  ended(replica.reading, claim, event.outcome === 'completed', event.nowMs);
  replica.running -= 1;
  const paused = LOST.has(event.outcome) ? pause(pool, hosted) : [];
  return [...blamed, ...emptied(pool, name, replica), ...paused];
}

/** Its origin reckons what it came to; without a word of it a run counts as what it was expected to be. */
function settle(pool: Pool, hosted: Hosted, { outcome, account }: Extract<PoolEvent, { on: 'guest_end' }>): void {
  const { claim, kind, entry, fingerprint } = hosted;
  if (account === undefined) return finishClaim(pool, hosted, fingerprint !== undefined);
  const { charge, rate, used, size } = account;
  enqueue(pool, { type: 'finish', claim, charge: kind === 'line' ? charge : undefined, rate });
  if (outcome === 'completed' && used !== undefined) learn(pool.estimates, entry.tenant, size, used);
}

/** Its origin has heard what it uses: the room that it holds follows. */
export function resizeGuest(pool: Pool, { claim, tokens }: Extract<PoolEvent, { on: 'guest_resized' }>): PoolEffect[] {
  const hosted = pool.guests.get(claim);
  const replica = hosted && pool.replicas.get(hosted.replica);
  if (hosted === undefined || replica === undefined) return [];
  resize(pool, replica, hosted, tokens);
  return [];
}
