import { z } from 'zod';
import type { Claimed, Seen, Written } from './keyed-store.ts';

const text = z.instanceof(Buffer).transform((it) => it.toString('utf8'));
const headers = z.record(z.string(), z.string());
const states = ['running', 'answered', 'failed', 'unkept'] as const;

const claimed = z.union([
  z.tuple([text.pipe(z.enum(['ours', 'mismatch']))]).transform(([is]): Claimed => ({ is })),
  z
    .tuple([text.pipe(z.literal('taken')), text, text.pipe(z.enum(states).exclude(['failed']))])
    .transform(([is, run, state]): Claimed => ({ is, run, state })),
]);

const written = z.int().transform((at): Written => (at < 0 ? { is: 'superseded' } : { is: 'at', bytes: at }));

const missing = z.null().transform((): Seen => ({ is: 'missing' }));
const replaced = z.literal(-1).transform((): Seen => ({ is: 'replaced' }));
const there = z
  .tuple([text.pipe(z.enum(states)), text, text, z.int(), z.int(), z.instanceof(Buffer)])
  .transform(([state, status, said, silentMs, bodyBytes, bytes]): Seen => {
    const head = status === '' ? undefined : { status: Number(status), headers: headers.parse(JSON.parse(said)) };
    return { is: 'there', state, head, bytes, bodyBytes, silentMs };
  });

const seen = z.union([there, missing, replaced]);

/** The scripts' answers. Throws on any other shape: that Redis ran another script than ours. */
export const readClaimed = (reply: unknown): Claimed => claimed.parse(reply);
export const readWritten = (reply: unknown): Written => written.parse(reply);
export const readSeen = (reply: unknown): Seen => seen.parse(reply);
