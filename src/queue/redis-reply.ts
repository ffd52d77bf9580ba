import { entryOf, readHeld } from './member.ts';
import type { Allowance, Claimed, Commit, CommitReply, Life, Rate, Result, Transition } from './store.ts';

/** The function's answer as a `CommitReply`. Throws on any other shape: that Redis ran another function than ours. */
export function readReply(reply: unknown, { transitions, claimBase }: Commit): CommitReply {
  if (reply === null) return { type: 'superseded' };
  const [results, claims, depth, apart, served, more] = listOf(reply);
  const codes = listOf(results);
  return {
    type: 'committed',
    results: transitions.map((it, at) => readResult(it, codes[at])),
    claims: listOf(claims).map((it, at) => readClaim(`${claimBase}:${at + 1}`, textOf(it))),
    depth: numberOf(depth),
    apart: numberOf(apart),
    served: numberOf(served),
    more: numberOf(more) === 1,
  };
}

function readClaim(claim: string, text: string): Claimed {
  const { kind, replica, member } = readHeld(text);
  return { claim, replica, kind, entry: entryOf(member) };
}

function readResult({ type }: Transition, code: unknown): Result {
  if (type === 'register' || type === 'beat') return readAlive(listOf(code).map(textOf));
  if (type === 'admit' && typeof code === 'number') {
    return { type: 'admitted', order: code, ahead: undefined, rate: undefined }; // nearly always
  }
  if (type === 'admit') return readAdmission(listOf(code).map(numberOf));
  const number = numberOf(code);
  if (type === 'look') return number < 0 ? { type: 'stale' } : { type: 'ahead', tickets: number };
  return { type: number === 1 ? 'done' : 'stale' };
}

function readAlive([now, ...flat]: readonly string[]): Result {
  const lives: Life[] = [];
  for (let at = 0; at < flat.length; at += 2) lives.push({ life: flat[at] ?? '', rooms: flat[at + 1] ?? '' });
  return { type: 'alive', nowUs: Number(now), lives };
}

/** An order is above zero; a refusal begins with what refused it, below zero. Numbers that are not there are -1. */
function readAdmission([code = 0, second = -1, ...rate]: readonly number[]): Result {
  if (code === -1) return { type: 'refused', why: 'pool_full', depth: second };
  if (code === -2) return { type: 'refused', why: 'tenant_full', depth: second };
  if (code < 0) {
    return { type: 'limited', by: code === -3 ? 'requests' : 'tokens', retryAfterMs: second, rate: readRate(rate) };
  }
  const ahead = second < 0 ? undefined : second;
  return { type: 'admitted', order: code, ahead, rate: rate.length === 0 ? undefined : readRate(rate) };
}

function readRate([requests = -1, requestsResetMs = 0, tokens = -1, tokensResetMs = 0]: readonly number[]): Rate {
  return { requests: readAllowance(requests, requestsResetMs), tokens: readAllowance(tokens, tokensResetMs) };
}

function readAllowance(remaining: number, resetMs: number): Allowance | undefined {
  return remaining < 0 ? undefined : { remaining, resetMs };
}

function listOf(value: unknown): readonly unknown[] {
  if (!Array.isArray(value)) throw unexpected(value);
  return value;
}

function textOf(value: unknown): string {
  if (typeof value !== 'string') throw unexpected(value);
  return value;
}

function numberOf(value: unknown): number {
  if (typeof value !== 'number') throw unexpected(value);
  return value;
}

function unexpected(value: unknown): Error {
  return new Error(
    `Redis answered the queue's function with ${JSON.stringify(value)}; is it another program's server?`,
  );
}
