import type { BodyListener, Outcome } from '../queue/index.ts';
import type { Clock } from '../telemetry/index.ts';
import type { OpenStream } from './answer.ts';
import type { IdleLimit } from './idle-limit.ts';
import { keepAlive } from './keep-alive.ts';

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
  /** The event that tells the client of one that breaks. */
  readonly brokenOff: () => string;
  /** What it is told when nothing comes for long. */
  readonly stillThere: string;
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

/** The same into a response that is open already. Ends it; then it resolves. */
export function relay(
  sink: ReadableStreamDirectController,
  stream: OpenStream,
  client: StreamClient,
  listener: StreamListener,
): Promise<void> {
  return new Promise((resolve, reject) => pass(sink, stream, client, { ...listener, resolve, reject }));
}

interface RelayListener extends StreamListener {
  readonly resolve: () => void;
  /** What throws is the client's side, or a fault of our own. */
  readonly reject: (fault: unknown) => void;
}

/** Once the client has made the stream wait, what is read may be old: an engine that froze since would look at work. */
function pass(
  sink: ReadableStreamDirectController,
  stream: OpenStream,
  client: StreamClient,
  listener: RelayListener,
): void {
  const { rest, tap } = stream;
  const { received, moved } = listener;
  let isFree = true; // the client's socket takes more now
  let keepsUp = true;
  let isOver = false;

  function over(end: End, finishes: boolean): void {
    if (isOver) return;
    isOver = true;
    hush();
    rest.leave();
    try {
      client.idleLimit.set(); // after the last byte Bun no longer knows the request
      if (finishes) finishClient(sink, end, listener);
      listener.resolve();
    } catch (fault) {
      listener.reject(fault);
    } finally {
      listener.ended(end === 'client_stalled' ? 'client_gone' : end);
    }
  }
  function failed(fault: unknown): void {
    listener.reject(fault);
    over('client_gone', false);
  }
  function wait(written: Promise<number>): void {
    keepsUp = false;
    isFree = false;
    rest.pause();
    void drains(written, client).then((inTime) => {
      isFree = true;
      if (!inTime) return over('client_stalled', true);
      guarded(flush);
      if (!isOver) rest.resume(reader);
    });
  }
  function flush(): void {
    if (client.signal.aborted) return over('client_gone', true);
    void sink.flush();
    if (tap.state() === 'broken') over(tap.error()?.failure ?? 'engine_declined', true); // or an event without end
  }
  function write(bytes: Buffer): void {
    moved();
    const written = bytes.length > 0 ? sink.write(bytes) : 0;
    if (typeof written === 'number') flush();
    else wait(written);
  }
  function guarded(step: () => void): void {
    try {
      step();
    } catch (fault) {
      failed(fault);
    }
  }
  /** Between two events: only whole ones are written. */
  function sayStillThere(): void {
    if (!isFree || client.signal.aborted) return;
    const written = sink.write(listener.stillThere);
    void sink.flush();
    if (typeof written === 'number') return;
    isFree = false;
    const freed = () => void (isFree = true);
    written.then(freed, freed);
  }

  const reader: BodyListener = {
    data(chunk) {
      try {
        if (keepsUp) received();
        write(tap.push(chunk));
      } catch (fault) {
        failed(fault);
      }
    },
    end: () => over(endOf(stream, client), true),
    broke: () => over(endOf(stream, client), true),
  };
  const hush = keepAlive(tap, client.clock, () => guarded(sayStillThere));
  guarded(() => write(stream.first));
  if (!isOver && isFree) rest.resume(reader);
}

/** A stream that ends without `[DONE]` is broken, however it ends. */
function endOf({ tap }: OpenStream, { signal }: StreamClient): End {
  if (tap.state() === 'done') return 'completed';
  return signal.aborted ? 'client_gone' : 'connection_broke';
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
  if (end !== 'completed' && end !== 'client_gone') void sink.write(brokenOff());
  void sink.end();
}
