import admit from './lua/admit.lua' with { type: 'text' };
import cancel from './lua/cancel.lua' with { type: 'text' };
import claim from './lua/claim.lua' with { type: 'text' };
import commit from './lua/commit.lua' with { type: 'text' };
import finish from './lua/finish.lua' with { type: 'text' };
import giveBack from './lua/give_back.lua' with { type: 'text' };
import machine from './lua/machine.lua' with { type: 'text' };
import reset from './lua/reset.lua' with { type: 'text' };
import restoreClaim from './lua/restore_claim.lua' with { type: 'text' };
import restoreTicket from './lua/restore_ticket.lua' with { type: 'text' };
import { rankOf } from './member.ts';
import { CLAIMS_PER_COMMIT_MAX, type Commit, type Offer, type PlacedEntry, type Transition } from './store.ts';

const PARTS = [machine, claim, admit, cancel, finish, giveBack, reset, restoreTicket, restoreClaim, commit];

/** The whole machine as one script. */
export const SOURCE = PARTS.join('\n');
/** What EVALSHA calls it. */
export const SOURCE_SHA1 = new Bun.CryptoHasher('sha1').update(SOURCE).digest('hex');

/**
 * A pool's keys in the order the script takes them. One hash tag: in a cluster they share a slot. The node's id keeps
 * two hosts on one Redis out of each other's lines.
 */
export function keysOf(pool: string, nodeId: string): string[] {
  return ['line', 'ids', 'claims', 'order', 'life'].map((it) => `ssw:{${pool}}:${nodeId}:${it}`);
}

/** The sorted set of a pool's quarantined requests: fingerprints, by the Unix time in ms when each ends. */
export function quarantineKeyOf(pool: string, nodeId: string): string {
  return `ssw:{${pool}}:${nodeId}:quarantine`;
}

/** A commit as the script's ARGV, flat: head, offers, then each transition's type and fields. */
export function argumentsOf({ life, claimBase, depthMax, offers, transitions }: Commit): (string | number)[] {
  const head = [life, claimBase, depthMax, CLAIMS_PER_COMMIT_MAX, offers.length];
  return [...head, ...offers.flatMap(offerArguments), ...transitions.flatMap(transitionArguments)];
}

function offerArguments({ replica, roomTokens, roomSequences, idle, exceptIds }: Offer): (string | number)[] {
  return [replica, roomTokens, roomSequences, idle ? 1 : 0, exceptIds.length, ...exceptIds];
}

function transitionArguments(it: Transition): (string | number)[] {
  switch (it.type) {
    case 'admit':
      return [it.type, rankOf(it.entry.priority), it.entry.costTokens, it.entry.tenant, it.entry.id];
    case 'cancel':
      return [it.type, it.id];
    case 'finish':
    case 'give_back':
      return [it.type, it.claim];
    case 'reset':
      return [it.type];
    case 'restore_ticket':
      return [it.type, ...placedArguments(it.entry)];
    case 'restore_claim':
      return [it.type, it.claim, it.replica, ...placedArguments(it.entry)];
  }
}

function placedArguments({ priority, order, costTokens, tenant, id }: PlacedEntry): (string | number)[] {
  return [rankOf(priority), order, costTokens, tenant, id];
}
