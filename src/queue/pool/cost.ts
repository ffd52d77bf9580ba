import { corrected, estimate, kvTokens, serviceOf, serviceTokens, type Estimate } from '../budget/estimate.ts';
import type { Account } from '../relay/relay.ts';
import type { AdmissionLimits, ChargeCorrection, Entry, PlacedEntry, RateCorrection } from '../store.ts';
import type { Ticket, Usage } from '../ticket.ts';
import type { Held, Running } from './held.ts';
import type { Pool } from './pool.ts';

/** Dearest ticket. Larger ones, and what is not a number, count as this. */
export const COST_TOKENS_MAX = 1_000_000_000;

/** What a ticket is expected to cost. Whole numbers. */
export interface Cost {
  readonly guess: Estimate;
  /** Room in a KV cache, at least 1. */
  readonly tokens: number;
  /** What fairness counts it as: service over its tenant's weight, at least 1. */
  readonly charge: number;
}

export function costOf({ estimates }: Pool, { tenant, size, limits }: Ticket): Cost {
  const guess = estimate(estimates, tenant, size);
  return { guess, tokens: whole(kvTokens(guess)), charge: whole(serviceTokens(guess) / limits.weight) };
}

/** Guessed again when it is claimed: what ended while it waited may have taught better. Its line knows the first guess. */
export function guessAgain({ estimates }: Pool, { ticket, cost }: Held): Cost {
  return { guess: estimate(estimates, ticket.tenant, ticket.size), tokens: cost.tokens, charge: cost.charge };
}

/** A request may ask for 1e400 tokens, which JSON reads as Infinity. */
function whole(tokens: number): number {
  return Number.isFinite(tokens) ? Math.min(Math.max(1, Math.ceil(tokens)), COST_TOKENS_MAX) : COST_TOKENS_MAX;
}

/** What the store is told of a ticket. */
export function entryOf({ ticket: { id, tenant, priority }, cost, prefer, variant }: Held): Entry {
  return { id, tenant, priority, costTokens: cost.tokens, charge: cost.charge, prefer, variant };
}

export function placedEntryOf({ life }: Pool, held: Held & { readonly order: number }): PlacedEntry {
  return { ...entryOf(held), order: held.order, origin: life };
}

export function limitsOf({ limits }: Ticket, look: boolean): AdmissionLimits {
  const { depthMax, requestsPerMinute = 0, tokensPerMinute = 0 } = limits;
  return { tenantDepthMax: depthMax, requestsPerMinute, tokensPerMinute, look };
}

/** Room that an execution needs, as far as is known of it. */
export function roomTokens({ cost }: Pick<Held, 'cost'>, used?: Usage): number {
  return whole(kvTokens(used === undefined ? cost.guess : corrected(cost.guess, used)));
}

/** What a run comes to; of one that was not told to have used anything only what was expected is known. */
export function accountOf(running: Running, used: Usage | undefined): Account {
  const { promptTokens, choices } = running.ticket.size;
  const counted = used && { ...used, prompt: used.prompt || running.cost.guess.promptTokens }; // nobody counted it
  const rate = counted && rateCorrection(running, counted);
  return { charge: chargeCorrection(running, counted), rate, used, size: { promptTokens, choices } };
}

/** What a tenant's turn cost beyond its charge, or below it. */
function chargeCorrection(
  { kind, ticket, variant, cost }: Running,
  used: Usage | undefined,
): ChargeCorrection | undefined {
  if (kind !== 'line' || used === undefined) return undefined;
  const charge = Math.round(serviceOf(used) / ticket.limits.weight) - cost.charge;
  return charge === 0 ? undefined : { tenant: ticket.tenant, priority: ticket.priority, variant, charge };
}

/** What goes back into a tenant's allowance: all that was taken for it, but what it used. */
export function rateCorrection({ ticket, cost }: Held, used: Usage | undefined): RateCorrection | undefined {
  const { tokensPerMinute } = ticket.limits;
  if (tokensPerMinute === undefined) return undefined;
  const tokens = cost.tokens - (used === undefined ? 0 : used.prompt + used.completion);
  return tokens === 0 ? undefined : { tenant: ticket.tenant, tokens, tokensPerMinute };
}
