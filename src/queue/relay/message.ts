import { z } from 'zod';
import { PRIORITIES } from '../ticket.ts';
import type { Account } from './relay.ts';

const name = z.string();
const count = z.int().nonnegative();
const outcome = z.enum([
  'completed',
  'engine_declined',
  'client_gone',
  'engine_unreached',
  'engine_died',
  'connection_broke',
  'engine_aborted',
  'engine_error',
]);
const headers = z.record(z.string(), z.string());
const usage = z.object({ prompt: count, completion: count, cached: count });
const account: z.ZodType<Account> = z.object({
  charge: z
    .object({ tenant: name, priority: z.enum(PRIORITIES), variant: name.optional(), charge: z.int() })
    .optional(),
  rate: z.object({ tenant: name, tokens: z.int(), tokensPerMinute: z.number() }).optional(),
  used: usage.optional(),
  size: z.object({ promptTokens: z.number(), choices: z.number() }),
});
const told = { from: name, claim: name };

/** Messages that are rare, written as JSON. `from` is the sender's node. */
const plain = z.discriminatedUnion('kind', [
  /** Worker to origin: a ticket was claimed; `have` bytes of its request's body are here, -1 where not even its head is. */
  z.object({
    kind: z.literal('ask'),
    ...told,
    id: name,
    pool: name,
    origin: name,
    replica: name,
    alone: z.boolean(),
    have: z.int().min(-1),
  }),
  /** Origin to worker, in answer: it shall run; a `request` follows. */
  z.object({ kind: z.literal('run'), ...told }),
  /** Origin to worker: the claim is over; where it ran, how that went and what it comes to. */
  z.object({ kind: z.literal('over'), ...told, outcome: outcome.optional(), account: account.optional() }),
  /** Origin to worker: what to send, without its body. */
  z.object({
    kind: z.literal('request'),
    ...told,
    path: z.string(),
    headers,
    bodyBytes: count,
    fingerprint: z.string(),
  }),
  /** Origin to worker: stop the execution at once; `over` follows. */
  z.object({ kind: z.literal('abort'), ...told }),
  /** Origin to worker: KV tokens that it will take, as far as is known now. */
  z.object({ kind: z.literal('resize'), ...told, tokens: z.int().positive() }),
  /** Worker to origin: the status line. Frame 0. */
  z.object({ kind: z.literal('reply'), ...told, status: z.int(), headers }),
  /** Worker to origin: the last frame, and how many came before it. */
  z.object({
    kind: z.literal('end'),
    ...told,
    n: count,
    how: z.enum(['whole', 'refused', 'reset', 'exhausted', 'unwritable', 'aborted', 'timed_out']),
  }),
  /** Worker to origin: frames sent so far, by claim. */
  z.object({ kind: z.literal('still'), from: name, claims: z.record(z.string(), count) }),
  /** Origin to worker, in answer: bytes that may have been sent in all, by claim; what is missing is wanted no more. */
  z.object({ kind: z.literal('want'), from: name, claims: z.record(z.string(), count) }),
  /** To all. */
  z.object({ kind: z.literal('ended'), from: name, replica: name, ending: z.enum(['asked', 'unasked']) }),
  z.object({ kind: z.literal('quarantine'), from: name, pool: name }),
  z.object({ kind: z.literal('cancel'), from: name, id: name }),
]);

/** Messages that come by the token or the window, written as bytes: kind, names, number, payload. */
export type Bulk =
  | BulkOf<'body'> // origin to worker: a piece of a request's body, from byte `n` on
  | BulkOf<'data'> // worker to origin: a piece of an answer, frame `n`
  | BulkOf<'credit'>; // either way: so many bytes, `n`, may have been sent in all

interface BulkOf<Kind> {
  readonly kind: Kind;
  readonly from: string;
  readonly claim: string;
  readonly n: number;
  /** Empty in `credit`. */
  readonly bytes: Uint8Array;
}

/** What nodes say to each other about claims. */
export type Message = z.infer<typeof plain> | Bulk;
/** Those of some kinds. */
export type Said<Kind extends Message['kind']> = Extract<Message, { readonly kind: Kind }>;

const BULK_KINDS = ['body', 'data', 'credit'] as const;
/** JSON begins with it. */
const BRACE = 0x7b;
/** Lengths of both names, 2 bytes each; the number, 6. */
const FIXED_BYTES = 1 + 2 + 2 + 6;
const decoder = new TextDecoder();
const encoder = new TextEncoder();

export function encode(message: Message): Uint8Array {
  if (!isBulk(message)) return encoder.encode(JSON.stringify(message));
  const { kind, from, claim, n, bytes } = message;
  const fromBytes = Buffer.byteLength(from);
  const claimBytes = Buffer.byteLength(claim);
  const whole = Buffer.allocUnsafe(FIXED_BYTES + fromBytes + claimBytes + bytes.byteLength);
  let at = whole.writeUInt8(BULK_KINDS.indexOf(kind) + 1, 0);
  at = whole.writeUInt16BE(fromBytes, at);
  at += whole.write(from, at);
  at = whole.writeUInt16BE(claimBytes, at);
  at += whole.write(claim, at);
  at = whole.writeUIntBE(n, at, 6);
  whole.set(bytes, at);
  return whole;
}

/** `undefined` where it is no message that this version knows: another version's, say. */
export function decode(bytes: Uint8Array): Message | undefined {
  try {
    return bytes[0] === BRACE ? decodePlain(bytes) : decodeBulk(bytes);
  } catch {
    return undefined; // cut off, or not written by us
  }
}

function decodePlain(bytes: Uint8Array): Message | undefined {
  return plain.safeParse(JSON.parse(decoder.decode(bytes))).data;
}

function decodeBulk(bytes: Uint8Array): Message | undefined {
  const whole = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const kind = BULK_KINDS[whole.readUInt8(0) - 1];
  if (kind === undefined) return undefined;
  const fromEnd = 3 + whole.readUInt16BE(1);
  const claimEnd = fromEnd + 2 + whole.readUInt16BE(fromEnd);
  const n = whole.readUIntBE(claimEnd, 6);
  const from = whole.toString('utf8', 3, fromEnd);
  const claim = whole.toString('utf8', fromEnd + 2, claimEnd);
  return { kind, from, claim, n, bytes: bytes.subarray(claimEnd + 6) };
}

function isBulk(message: Message): message is Bulk {
  return message.kind === 'body' || message.kind === 'data' || message.kind === 'credit';
}
