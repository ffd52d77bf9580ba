import type { Claimed, CommitReply, Result, Transition } from './store.ts';

/** The script's answer as a `CommitReply`. Throws on any other shape: that Redis ran another script than ours. */
export function readReply(reply: unknown, transitions: readonly Transition[]): CommitReply {
  if (reply === null) return { type: 'superseded' };
  const [results, claims] = listOf(reply);
  const codes = listOf(results);
  return {
    type: 'committed',
    results: transitions.map((it, at) => readResult(it, codes[at])),
    claims: readClaims(listOf(claims)),
  };
}

/** Orders are above zero, so a refused admission is its depth below zero. */
function readResult({ type }: Transition, code: unknown): Result {
  if (typeof code !== 'number') throw unexpected(code);
  if (type !== 'admit') return { type: code === 1 ? 'done' : 'stale' };
  return code > 0 ? { type: 'admitted', order: code } : { type: 'refused', depth: -code };
}

function readClaims(flat: readonly unknown[]): Claimed[] {
  const claims: Claimed[] = [];
  for (let at = 0; at < flat.length; at += 3) {
    claims.push({ claim: textOf(flat[at]), id: textOf(flat[at + 1]), replica: textOf(flat[at + 2]) });
  }
  return claims;
}

function listOf(value: unknown): readonly unknown[] {
  if (!Array.isArray(value)) throw unexpected(value);
  return value;
}

function textOf(value: unknown): string {
  if (typeof value !== 'string') throw unexpected(value);
  return value;
}

function unexpected(value: unknown): Error {
  return new Error(`Redis answered the queue's script with ${JSON.stringify(value)}; is it another program's server?`);
}
