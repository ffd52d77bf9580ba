import admit from './lua/admit.lua' with { type: 'text' };
import beat from './lua/beat.lua' with { type: 'text' };
import cancel from './lua/cancel.lua' with { type: 'text' };
import claim from './lua/claim.lua' with { type: 'text' };
import commit from './lua/commit.lua' with { type: 'text' };
import finish from './lua/finish.lua' with { type: 'text' };
import flows from './lua/flows.lua' with { type: 'text' };
import giveBack from './lua/give_back.lua' with { type: 'text' };
import line from './lua/line.lua' with { type: 'text' };
import lives from './lua/lives.lua' with { type: 'text' };
import look from './lua/look.lua' with { type: 'text' };
import machine from './lua/machine.lua' with { type: 'text' };
import orders from './lua/orders.lua' with { type: 'text' };
import place from './lua/place.lua' with { type: 'text' };
import rate from './lua/rate.lua' with { type: 'text' };
import register from './lua/register.lua' with { type: 'text' };
import restoreClaim from './lua/restore_claim.lua' with { type: 'text' };
import restoreTicket from './lua/restore_ticket.lua' with { type: 'text' };
import sweep from './lua/sweep.lua' with { type: 'text' };
import ticket from './lua/ticket.lua' with { type: 'text' };
import time from './lua/time.lua' with { type: 'text' };
import turns from './lua/turns.lua' with { type: 'text' };
import { laneOf, memberOf, rankOf } from './member.ts';
import { BELL_CHANNEL } from './relay/wire.ts';
import { PREFIX } from './schema.ts';
import {
  CLAIMS_PER_COMMIT_MAX,
  HOLD_AFTER_MS,
  LEASE_LEFT_MS_MAX,
  PASSES_PER_COMMIT_MAX,
  RATE_WINDOW_MS,
  SKIPS_PER_COMMIT_MAX,
  SWEPT_PER_COMMIT_MAX,
} from './bounds.ts';
import type { AdmissionLimits, Commit, Offer, RateCorrection, Transition } from './store.ts';
import { PRIORITIES } from './ticket.ts';

const BOUNDS = {
  CLAIMS_PER_COMMIT_MAX,
  HOLD_AFTER_MS,
  LEASE_LEFT_MS_MAX,
  PASSES_PER_COMMIT_MAX,
  RATE_WINDOW_MS,
  SKIPS_PER_COMMIT_MAX,
  SWEPT_PER_COMMIT_MAX,
};
const constants = Object.entries({ ...BOUNDS, BELL_CHANNEL }).map(
  ([name, it]) => `local ${name} = ${JSON.stringify(it)}`,
);
const parts = [machine, ticket, orders, lives, rate, flows, turns, line, place, claim, sweep];
const perTransition = [admit, cancel, finish, giveBack, look, register, beat, restoreClaim, restoreTicket];

/** A library of Redis Functions, all of whose names tell its content: those of several versions stand beside each other. */
export interface Library {
  readonly name: string;
  readonly source: string;
  /** The function for a commit. */
  functionFor(commit: Commit): string;
}

/**
 * The whole machine as one library. `timePart` defines `now_us(keys)`, for tests; keep its time later than the server's,
 * because the server lets keys expire by its own.
 */
export function buildLibrary(timePart: string = time): Library {
  const body = [...constants, timePart, ...parts, ...perTransition, commit].join('\n');
  const version = new Bun.CryptoHasher('sha1').update(body).digest('hex').slice(0, VERSION_DIGITS);
  const name = `ssw_${version}`;
  return {
    name,
    source: `#!lua name=${name}\nlocal VERSION = '${version}'\n${body}`,
    functionFor: ({ transitions }) =>
      onlyBrings(transitions) ? `ssw_commit_${version}` : `ssw_commit_always_${version}`,
  };
}

const VERSION_DIGITS = 12;
/** The name of a library, of whichever version. */
export const LIBRARY_NAME = new RegExp(`^ssw_[0-9a-f]{${VERSION_DIGITS}}$`);

/** Such a commit is refused at `maxmemory`. One that ends something would make room, and is taken with all that it brings. */
function onlyBrings(transitions: readonly Transition[]): boolean {
  return transitions.some(({ type }) => BRINGING.has(type)) && !transitions.some(({ type }) => ENDING.has(type));
}

const BRINGING: ReadonlySet<string> = new Set<Transition['type']>([
  'register',
  'beat',
  'admit',
  'restore_ticket',
  'restore_claim',
]);
const ENDING: ReadonlySet<string> = new Set<Transition['type']>(['finish', 'cancel', 'give_back']);

/** What runs in Redis. */
export const LIBRARY = buildLibrary();

/** One of a pool's keys, as ADR 9 lists them: `line`, `claims:LIFE`, … One hash tag: in a cluster they share a slot. */
export function keyOf(pool: string, name: string): string {
  return `${PREFIX}{${pool}}:${name}`;
}

/** The keys that a commit names: the machine derives all others from the first. */
export function keysOf(pool: string): [string] {
  return [keyOf(pool, 'line')];
}

/** The sorted set of a pool's quarantined requests: fingerprints, by the Unix time in ms when each ends. */
export function quarantineKeyOf(pool: string): string {
  return keyOf(pool, 'quarantine');
}

/**
 * A commit as the function's arguments: one JSON list of texts, which costs a third of as many arguments. Flat: head, offers,
 * then each transition's type and fields.
 */
export function argumentsOf({ life, claimBase, policy, offers, transitions: steps }: Commit): string[] {
  const shares = PRIORITIES.map((it) => policy.shares[it]);
  const flat: Flat = [life, claimBase, policy.depthMax, ...shares, policy.ageingMs, policy.quantum, offers.length];
  for (const offer of offers) pushOffer(flat, offer);
  for (const step of steps) pushTransition(flat, step);
  return [JSON.stringify(flat.map(String))];
}

type Flat = (string | number)[];

function pushOffer(flat: Flat, offer: Offer): void {
  const { replica, roomTokens, reserveTokens, roomSequences, idle, alone, exceptIds, variant, first } = offer;
  const how = (alone ? 1 : 0) + (variant === undefined ? 0 : 2) + (first === true ? 4 : 0);
  flat.push(replica, roomTokens, reserveTokens, roomSequences, idle ? 1 : 0, how);
  if (variant !== undefined) flat.push(variant);
  flat.push(exceptIds.length, ...exceptIds);
}

function pushTransition(flat: Flat, it: Transition): void {
  if (it.type === 'admit') return pushAdmission(flat, it);
  flat.push(it.type);
  switch (it.type) {
    case 'register':
      flat.push(it.node, it.leaseMs, it.rooms);
      return;
    case 'beat':
      flat.push(it.leaseMs, it.rooms);
      return;
    case 'cancel':
      flat.push(it.id);
      pushRate(flat, it.refund);
      return;
    case 'look':
      flat.push(it.id);
      return;
    case 'finish':
      pushFinish(flat, it);
      return;
    case 'give_back':
      flat.push(it.claim, it.alone ? 1 : 0);
      return;
    case 'restore_ticket':
      flat.push(it.alone ? 1 : 0, memberOf(it.entry));
      return;
    case 'restore_claim':
      flat.push(it.claim, it.kind, it.replica, memberOf(it.entry));
  }
}

function pushAdmission(flat: Flat, { entry, limits }: Transition & { readonly type: 'admit' }): void {
  const { priority, tenant, costTokens, charge, prefer, id, variant } = entry;
  if (variant === undefined) flat.push('admit');
  else flat.push('admit_variant', variant);
  flat.push(rankOf(priority), tenant, costTokens, charge, prefer, id, limitsText(limits));
}

/** One word, because many tickets of a commit have the same. */
function limitsText(limits: AdmissionLimits): string {
  return `${limits.tenantDepthMax} ${limits.requestsPerMinute} ${limits.tokensPerMinute} ${limits.look ? 1 : 0}`;
}

function pushFinish(
  flat: Flat,
  { claim: name, charge, rate: correction }: Transition & { readonly type: 'finish' },
): void {
  flat.push(name, charge?.charge ?? 0);
  if (charge !== undefined && charge.charge !== 0) flat.push(rankOf(charge.priority), laneOf(charge));
  pushRate(flat, correction);
}

function pushRate(flat: Flat, correction: RateCorrection | undefined): void {
  const { tenant, tokens, tokensPerMinute } = correction ?? { tenant: '', tokens: 0, tokensPerMinute: 0 };
  if (tokens === 0 || tokensPerMinute === 0) flat.push(0);
  else flat.push(tokens, tenant, tokensPerMinute);
}
