import { RATE_WINDOW_MS } from '../bounds.ts';
import type { AdmissionLimits, Allowance, Rate, RateCorrection, Result } from '../store.ts';
import type { Whole } from './machine.ts';
import type { Turn } from './turn.ts';

const WINDOW_US = RATE_WINDOW_MS * 1000;

/**
 * Allowances by GCRA (ITU-T I.371): for each, the time at which it is whole again. So much as comes in one window may
 * come at once. Takes a request and its tokens, or nothing; answers the refusal, if it is one.
 */
export function takeRate(turn: Turn, tenant: string, limits: AdmissionLimits, costTokens: number): Result | undefined {
  const { requestsPerMinute, tokensPerMinute } = limits;
  const whole = wholeOf(turn, tenant);
  const requests = take(turn, whole.requestsUs, 1, requestsPerMinute);
  const tokens = take(turn, whole.tokensUs, costTokens, tokensPerMinute);
  const by = requests.waitUs > 0 ? 'requests' : 'tokens';
  const { waitUs } = requests.waitUs > 0 ? requests : tokens;
  if (waitUs > 0) {
    return { type: 'limited', by, retryAfterMs: Math.ceil(waitUs / 1000), rate: rateOf(turn, tenant, limits) };
  }
  turn.machine.rate.set(tenant, { atUs: turn.nowUs, requestsUs: requests.wholeUs, tokensUs: tokens.wholeUs });
  return undefined;
}

/** What is left of a tenant's allowances. */
export function rateOf(turn: Turn, tenant: string, { requestsPerMinute, tokensPerMinute }: AdmissionLimits): Rate {
  const whole = wholeOf(turn, tenant);
  return {
    requests: allowance(turn, whole.requestsUs, requestsPerMinute),
    tokens: allowance(turn, whole.tokensUs, tokensPerMinute),
  };
}

/** Tokens back into an allowance, or out of it. */
export function correctRate(turn: Turn, correction: RateCorrection | undefined): void {
  if (correction === undefined || correction.tokens === 0 || correction.tokensPerMinute === 0) return;
  const { tenant, tokens, tokensPerMinute } = correction;
  const { machine, nowUs } = turn;
  const whole = wholeOf(turn, tenant);
  const tokensUs = Math.max(Math.max(whole.tokensUs, nowUs) - spanUs(tokens, tokensPerMinute), nowUs);
  machine.rate.set(tenant, { atUs: nowUs, requestsUs: whole.requestsUs, tokensUs });
}

/** What is whole again needs no memory. */
export function forgetWhole({ machine, nowUs }: Turn): void {
  for (const [tenant, { requestsUs, tokensUs }] of machine.rate) {
    if (Math.max(requestsUs, tokensUs) <= nowUs) machine.rate.delete(tenant);
  }
}

/** How long until an amount may be taken, and when its allowance is whole then. 0 per minute stands for no limit. */
function take(
  { nowUs }: Turn,
  wholeUs: number,
  amount: number,
  perMinute: number,
): { waitUs: number; wholeUs: number } {
  if (perMinute === 0) return { waitUs: 0, wholeUs };
  const costUs = spanUs(amount, perMinute);
  // What is dearer than the whole allowance may be taken once that is whole.
  const waitUs = Math.max(wholeUs - nowUs, 0) + Math.min(costUs, WINDOW_US) - WINDOW_US;
  return { waitUs, wholeUs: Math.max(wholeUs, nowUs) + costUs };
}

function allowance({ nowUs }: Turn, wholeUs: number, perMinute: number): Allowance | undefined {
  if (perMinute === 0) return undefined;
  const usedUs = Math.max(wholeUs - nowUs, 0);
  const remaining = Math.max(Math.floor(((WINDOW_US - usedUs) * perMinute) / WINDOW_US), 0);
  return { remaining, resetMs: Math.ceil(usedUs / 1000) };
}

function spanUs(amount: number, perMinute: number): number {
  return Math.floor((amount * WINDOW_US) / perMinute);
}

function wholeOf({ machine, nowUs }: Turn, tenant: string): Whole {
  const kept = machine.rate.get(tenant) ?? { atUs: 0, requestsUs: 0, tokensUs: 0 };
  const backUs = kept.atUs - nowUs;
  if (backUs <= 0) return kept;
  // Another master's clock, or this one's was set back.
  const whole = { atUs: nowUs, requestsUs: kept.requestsUs - backUs, tokensUs: kept.tokensUs - backUs };
  machine.rate.set(tenant, whole);
  return whole;
}
