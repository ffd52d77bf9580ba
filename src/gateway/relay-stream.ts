import type { Outcome } from '../queue/index.ts';
import type { Clock } from '../telemetry/index.ts';
import { closeStream, type OpenStream } from './answer.ts';
import { errorEvent } from './error-response.ts';
import { apiError, type ApiError } from './errors.ts';
import type { IdleLimit } from './idle-limit.ts';

/** The client's side of a stream. */
export interface StreamClient {
  /** Aborts when the client goes. */
  readonly signal: AbortSignal;
  readonly idleLimit: IdleLimit;
  readonly clock: Clock;
  /** A client that takes nothing for this long is cut. */
  readonly slowClientTimeoutMs: number;
}

/** What is told of a stream on its way. */
export interface StreamListener {
  /** A part of it came from the engine just now, and did not wait here for its reader. */
  readonly received: () => void;
  /** More of it has been read. */
  readonly moved: () => void;
  /** Its last byte is out, or there will be none. */
  readonly ended: (outcome: Outcome) => void;
  /** What the client is told of one that breaks. */
  readonly brokenOff: () => ApiError;
}

type End = Outcome | 'client_stalled';

/**
 * Passes a stream on, event by event as they come. What the client does not read is not read from the engine either. A
 * direct stream: it writes without a promise per chunk, and its `write` answers with one exactly when the client's
 * socket is full.
 */
export function relayStream(
  stream: OpenStream,
  client: StreamClient,
  listener: StreamListener,
): ReadableStream<Uint8Array> {
  return new ReadableStream<Uint8Array>({ type: 'direct', pull: (sink) => relay(sink, stream, client, listener) });
}

/** The same into a response that is open already. Ends it. */
export async function relay(
  sink: ReadableStreamDirectController,
  stream: OpenStream,
  client: StreamClient,
  listener: StreamListener,
): Promise<void> {
  let end: End = 'client_gone'; // unless the engine ends first, what throws is the client's side
  try {
    end = await pump(sink, stream, client, listener);
    client.idleLimit.set(); // after the last byte Bun no longer knows the request
    finishClient(sink, end, listener);
  } finally {
    closeStream(stream.rest);
    listener.ended(end === 'client_stalled' ? 'client_gone' : end);
  }
}

/** Once the client has made the stream wait, what is read may be old: an engine that froze since would look at work. */
async function pump(
  sink: ReadableStreamDirectController,
  stream: OpenStream,
  client: StreamClient,
  { received, moved }: StreamListener,
): Promise<End> {
  const { rest, tap } = stream;
  let keepsUp = true;
  for (let bytes = stream.first; ;) {
    moved();
    const written = bytes.length > 0 ? sink.write(bytes) : 0;
    if (typeof written !== 'number') {
      keepsUp = false;
      if (!(await drains(written, client))) return 'client_stalled';
    }
    if (client.signal.aborted) return 'client_gone';
    void sink.flush();
    if (tap.state() === 'broken') return tap.error()?.failure ?? 'engine_declined'; // an event without end
    const chunk = await nextChunk(rest);
    if (chunk === undefined) return endOf(stream, client);
    if (keepsUp) received();
    bytes = tap.push(chunk);
  }
}

/** A stream that ends without `[DONE]` is broken, however it ends. */
function endOf({ tap }: OpenStream, { signal }: StreamClient): End {
  if (tap.state() === 'done') return 'completed';
  return signal.aborted ? 'client_gone' : 'connection_broke';
}

/** The next bytes; `undefined` at the end and where the connection breaks: the tap knows which it was. */
async function nextChunk(rest: AsyncIterator<Uint8Array>): Promise<Uint8Array | undefined> {
  try {
    const next = await rest.next();
    return next.done === true ? undefined : next.value;
  } catch {
    return undefined;
  }
}

/** Whether a full socket drains before the client counts as stalled. A socket that closes drains too. */
export function drains(written: Promise<number>, { clock, slowClientTimeoutMs }: StreamClient): Promise<boolean> {
  return new Promise((resolve) => {
    const cancel = clock.after(slowClientTimeoutMs, () => resolve(false));
    const drained = () => {
      cancel();
      resolve(true);
    };
    written.then(drained, drained);
  });
}

/** The last thing a client sees: `[DONE]` has passed already, or it is an error, or its connection breaks. */
function finishClient(sink: ReadableStreamDirectController, end: End, { brokenOff }: StreamListener): void {
  if (end === 'client_stalled') return sink.close(new Error('the client takes nothing'));
  if (end !== 'completed' && end !== 'client_gone') void sink.write(errorEvent(brokenOff()));
  void sink.end();
}

/** What a stream ends with that broke after its first byte. */
export const ERROR_EVENT = errorEvent(apiError('engine_failed', {}));
