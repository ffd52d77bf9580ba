import type { BodyFlow, Failure, Reply } from '../../queue/index.ts';
import { flowOf } from './body-flow.ts';
import { readWhole } from './read-whole.ts';
import type { Dialect } from '../dialects/dialect.ts';
import { failureIn } from '../dialects/engine-error.ts';
import { createTap, type Reading, type Tap } from '../tap/tap.ts';

/** Largest reply that is not a stream. It is held whole, so that a break midway is still an honest 500. */
export const REPLY_BYTES_MAX = 67_108_864;

/** What a model has no support for, no other engine of its pool has. */
const NOT_IMPLEMENTED = 501;

/** Longest error body that is read; vLLM repeats the offending input in some. */
const ERROR_BYTES_MAX = 1_048_576;

/** A stream whose first events are here: from now on no other execution may serve the request. */
export interface OpenStream {
  readonly first: Buffer;
  /** Paused. */
  readonly rest: BodyFlow;
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
export async function receive(reply: Reply, reading: Reading): Promise<Answer> {
  if (!reply.ok) return lost(NEVER_SENT.has(reply.failure) ? 'engine_unreached' : 'connection_broke');
  const contentType = reply.headers['content-type'] ?? 'application/json';
  try {
    const flow = flowOf(reply.body);
    if (reply.status >= 400) return await receiveError(reply.status, flow);
    if (contentType.startsWith('text/event-stream')) return await receiveStream(contentType, flow, reading);
    return await receiveWhole(contentType, flow, reading.dialect);
  } catch {
    // The connection broke. An error or a whole reply comes when the work is over, a stream's first event before that.
    return { ...lost('connection_broke'), again: contentType.startsWith('text/event-stream') };
  }
}

const lost = (failure: Failure): Failed => ({ is: 'failed', failure, again: true, said: undefined });

/** An engine that is full (503) or dead has run nothing to its end; a fault of one that lives would come again. */
async function receiveError(status: number, body: BodyFlow): Promise<Answer> {
  const text = (await readWhole(body, ERROR_BYTES_MAX))?.toString('utf8') ?? '';
  const said = { status, text };
  if (status < 500 || status === NOT_IMPLEMENTED) return { is: 'declined', said };
  const failure = failureIn(text);
  return { is: 'failed', failure, again: failure !== 'engine_error' || status === 503, said };
}

/** vLLM sends its status line before the first token, so an engine that dies in between has still shown nothing. */
function receiveStream(contentType: string, body: BodyFlow, reading: Reading): Promise<Answer> {
  const tap = createTap(reading);
  return new Promise((resolve, reject) => {
    const take = (chunk: Uint8Array): void => {
      const first = tap.push(chunk);
      if (first.length === 0 && tap.state() === 'open') return;
      if (first.length === 0) return end();
      body.pause();
      resolve({ is: 'stream', contentType, stream: { first, rest: body, tap } });
    };
    const end = (): void => {
      body.leave();
      resolve(notStreamed(tap));
    };
    const fail = (fault: unknown): void => {
      body.leave();
      reject(fault);
    };
    body.resume({ data: guarded(take, fail), end, broke: reject });
  });
}

function notStreamed(tap: Tap): Answer {
  const said = tap.error();
  if (said === undefined) return tap.state() === 'broken' ? { is: 'too_long' } : lost('connection_broke');
  const { status, text, failure } = said;
  return status !== undefined && status < 500 ? { is: 'declined', said: { status, text } } : lost(failure);
}

async function receiveWhole(contentType: string, body: BodyFlow, dialect: Dialect): Promise<Answer> {
  const bytes = await readWhole(body, REPLY_BYTES_MAX);
  if (bytes === undefined) return { is: 'too_long' };
  const broken = dialect.documentError(bytes);
  return broken ? lost(broken.failure) : { is: 'whole', contentType, body: bytes };
}

/** A listener must not throw; a fault of ours is told to whoever waits. */
function guarded(take: (chunk: Uint8Array) => void, fail: (fault: unknown) => void): (chunk: Uint8Array) => void {
  return (chunk) => {
    try {
      take(chunk);
    } catch (fault) {
      fail(fault);
    }
  };
}
