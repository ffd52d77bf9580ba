import admit from './lua/admit.lua' with { type: 'text' };
import beat from './lua/beat.lua' with { type: 'text' };
import cancel from './lua/cancel.lua' with { type: 'text' };
import claim from './lua/claim.lua' with { type: 'text' };
import commit from './lua/commit.lua' with { type: 'text' };
import finish from './lua/finish.lua' with { type: 'text' };
import flows from './lua/flows.lua' with { type: 'text' };
import giveBack from './lua/give_back.lua' with { type: 'text' };
import leases from './lua/leases.lua' with { type: 'text' };
import line from './lua/line.lua' with { type: 'text' };
import lives from './lua/lives.lua' with { type: 'text' };
import look from './lua/look.lua' with { type: 'text' };
import machine from './lua/machine.lua' with { type: 'text' };
import place from './lua/place.lua' with { type: 'text' };
import rate from './lua/rate.lua' with { type: 'text' };
import register from './lua/register.lua' with { type: 'text' };
import restoreClaim from './lua/restore_claim.lua' with { type: 'text' };
import restoreTicket from './lua/restore_ticket.lua' with { type: 'text' };
import sweep from './lua/sweep.lua' with { type: 'text' };
import time from './lua/time.lua' with { type: 'text' };
import turns from './lua/turns.lua' with { type: 'text' };
import { memberOf, rankOf } from './member.ts';
import { BELL_CHANNEL } from './relay/wire.ts';
import { PREFIX } from './schema.ts';
import {
  CLAIMS_PER_COMMIT_MAX,
  HOLD_AFTER_MS,
  LEASE_LEFT_MS_MAX,
  RATE_WINDOW_MS,
  SKIPS_PER_COMMIT_MAX,
  SWEPT_PER_COMMIT_MAX,
  type AdmissionLimits,
  type Commit,
  type Offer,
  type RateCorrection,
  type Transition,
} from './store.ts';
import { PRIORITIES } from './ticket.ts';

const BOUNDS = {
  CLAIMS_PER_COMMIT_MAX,
  HOLD_AFTER_MS,
  LEASE_LEFT_MS_MAX,
  RATE_WINDOW_MS,
  SKIPS_PER_COMMIT_MAX,
  SWEPT_PER_COMMIT_MAX,
};
const constants = Object.entries({ ...BOUNDS, BELL_CHANNEL }).map(
  ([name, it]) => `local ${name} = ${JSON.stringify(it)}`,
);
const shared = [lives, rate, flows, turns, line, place, claim];
const usual = [admit, cancel, finish, giveBack];
const rare = [leases, sweep, beat, register, look, restoreClaim, restoreTicket];

/**
 * The whole machine as one script. `timePart` defines `now_us()`, for tests; keep its time later than the server's, because
 * the server lets keys expire by its own. Redis runs all of it anew for each call, and to make a function costs more the
 * more locals of its own parent it uses. So those that all use stand outside, and rare transitions are made when needed.
 */
export function buildScript(timePart: string = time): string {
  const inner = [...shared, ...usual, 'local function define_rare()', ...rare, 'end', commit];
  return [...constants, timePart, machine, 'local function run()', ...inner, 'end', 'return run()'].join('\n');
}

/** What runs in Redis. */
export const SOURCE = buildScript();
/** What EVALSHA calls it. */
export const SOURCE_SHA1 = new Bun.CryptoHasher('sha1').update(SOURCE).digest('hex');

/** One of a pool's keys, as ADR 9 lists them: `line`, `claims:LIFE`, … One hash tag: in a cluster they share a slot. */
export function keyOf(pool: string, name: string): string {
  return `${PREFIX}{${pool}}:${name}`;
}

/** The keys that the script takes: it derives all others from the first. */
export function keysOf(pool: string): string[] {
  return [keyOf(pool, 'line')];
}

/** The sorted set of a pool's quarantined requests: fingerprints, by the Unix time in ms when each ends. */
export function quarantineKeyOf(pool: string): string {
  return keyOf(pool, 'quarantine');
}

/**
 * A commit as the script's ARGV: one JSON list of texts, which costs a third of as many arguments. Flat: head, offers,
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

function pushOffer(
  flat: Flat,
  { replica, roomTokens, reserveTokens, roomSequences, idle, alone, exceptIds }: Offer,
): void {
  flat.push(
    replica,
    roomTokens,
    reserveTokens,
    roomSequences,
    idle ? 1 : 0,
    alone ? 1 : 0,
    exceptIds.length,
    ...exceptIds,
  );
}

function pushTransition(flat: Flat, it: Transition): void {
  flat.push(it.type);
  switch (it.type) {
    case 'register':
      flat.push(it.node, it.leaseMs, it.rooms);
      return;
    case 'beat':
      flat.push(it.leaseMs, it.rooms);
      return;
    case 'admit':
      pushAdmission(flat, it);
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
  const { priority, tenant, costTokens, charge, prefer, id } = entry;
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
  if (charge !== undefined && charge.charge !== 0) flat.push(rankOf(charge.priority), charge.tenant);
  pushRate(flat, correction);
}

function pushRate(flat: Flat, correction: RateCorrection | undefined): void {
  const { tenant, tokens, tokensPerMinute } = correction ?? { tenant: '', tokens: 0, tokensPerMinute: 0 };
  if (tokens === 0 || tokensPerMinute === 0) flat.push(0);
  else flat.push(tokens, tenant, tokensPerMinute);
}
