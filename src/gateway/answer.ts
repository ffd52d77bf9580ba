import type { Failure, Reply } from '../queue/index.ts';
import { engineErrorIn, failureIn, looksBroken } from './failure-signs.ts';
import { createTap, type Tap } from './tap.ts';

/** Largest reply that is not a stream. It is held whole, so that a break midway is still an honest 500. */
export const REPLY_BYTES_MAX = 67_108_864;

/** Longest error body that is read; vLLM repeats the offending input in some. */
const ERROR_BYTES_MAX = 1_048_576;

/** A stream whose first events are here: from now on no other execution may serve the request. */
export interface OpenStream {
  readonly first: Buffer;
  readonly rest: AsyncIterator<Uint8Array>;
  readonly tap: Tap;
}

/** What came of asking a replica, at the moment when the client has not seen a byte yet. */
export type Answer =
  | { readonly is: 'stream'; readonly contentType: string; readonly stream: OpenStream }
  | { readonly is: 'whole'; readonly contentType: string; readonly body: Buffer<ArrayBuffer> }
  | { readonly is: 'declined'; readonly said: ErrorReply } // the engine's considered no
  | { readonly is: 'too_long' } // more than is held of it
  | Failed;

/** No answer. */
export interface Failed {
  readonly is: 'failed';
  readonly failure: Failure;
  /** Another execution may serve the request: this one is lost, and had shown nothing of an answer. */
  readonly again: boolean;
  /** What the engine said instead, where it was an error of HTTP. */
  readonly said: ErrorReply | undefined;
}

interface ErrorReply {
  readonly status: number;
  readonly text: string;
}

/** Of a request that was in no engine. */
const NEVER_SENT: ReadonlySet<Extract<Reply, { ok: false }>['failure']> = new Set(['refused', 'exhausted']);

/** Receives a reply as far as needed to decide whether the client gets it. Never throws. */
export async function receive(reply: Reply): Promise<Answer> {
  if (!reply.ok) return lost(NEVER_SENT.has(reply.failure) ? 'engine_unreached' : 'connection_broke');
  const contentType = reply.headers['content-type'] ?? 'application/json';
  try {
    if (reply.status >= 400) return await receiveError(reply.status, reply.body);
    if (contentType.startsWith('text/event-stream')) return await receiveStream(contentType, reply.body);
    return await receiveWhole(contentType, reply.body);
  } catch {
    // The connection broke. An error or a whole reply comes when the work is over, a stream's first event before that.
    return { ...lost('connection_broke'), again: contentType.startsWith('text/event-stream') };
  }
}

const lost = (failure: Failure): Failed => ({ is: 'failed', failure, again: true, said: undefined });

/** An engine that is full (503) or dead has run nothing to its end; a fault of one that lives would come again. */
async function receiveError(status: number, body: AsyncIterable<Uint8Array>): Promise<Answer> {
  const text = (await readUpTo(body, ERROR_BYTES_MAX))?.toString('utf8') ?? '';
  const said = { status, text };
  if (status < 500) return { is: 'declined', said };
  const failure = failureIn(text);
  return { is: 'failed', failure, again: failure !== 'engine_error' || status === 503, said };
}

/** vLLM sends its status line before the first token, so an engine that dies in between has still shown nothing. */
async function receiveStream(contentType: string, body: AsyncIterable<Uint8Array>): Promise<Answer> {
  const rest = body[Symbol.asyncIterator]();
  const tap = createTap();
  while (tap.state() === 'open') {
    const next = await rest.next();
    if (next.done === true) break;
    const first = tap.push(next.value);
    if (first.length > 0) return { is: 'stream', contentType, stream: { first, rest, tap } };
  }
  closeStream(rest);
  return notStreamed(tap);
}

function notStreamed(tap: Tap): Answer {
  const said = tap.error();
  if (said === undefined) return tap.state() === 'broken' ? { is: 'too_long' } : lost('connection_broke');
  const { status, text, failure } = said;
  return status !== undefined && status < 500 ? { is: 'declined', said: { status, text } } : lost(failure);
}

async function receiveWhole(contentType: string, body: AsyncIterable<Uint8Array>): Promise<Answer> {
  const bytes = await readUpTo(body, REPLY_BYTES_MAX);
  if (bytes === undefined) return { is: 'too_long' };
  const broken = looksBroken(bytes) ? engineErrorIn(bytes.toString('utf8')) : undefined;
  return broken ? lost(broken.failure) : { is: 'whole', contentType, body: bytes };
}

/** The whole body; `undefined` where it is longer than `limitBytes`, with the connection closed. */
async function readUpTo(body: AsyncIterable<Uint8Array>, limitBytes: number): Promise<Buffer<ArrayBuffer> | undefined> {
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  for await (const chunk of body) {
    bytes += chunk.byteLength;
    if (bytes > limitBytes) return undefined;
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

/** Closes an engine's stream that is not read to its end. It fails only where it is closed already. */
export function closeStream(rest: AsyncIterator<Uint8Array>): void {
  rest.return?.().catch(() => undefined);
}
