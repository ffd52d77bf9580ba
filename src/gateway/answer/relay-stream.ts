import type { BodyListener, Outcome } from '../../queue/index.ts';
import type { Clock } from '../../telemetry/index.ts';
import type { OpenStream } from './answer.ts';
import { createClientWriter } from './client-writer.ts';
import type { IdleLimit } from '../idle-limit.ts';
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
 * direct stream: it writes without a promise per chunk.
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
  const writer = createClientWriter(sink, client);
  let keepsUp = true;
  let isOver = false;

  function over(end: End, finish: () => void): void {
    if (isOver) return;
    isOver = true;
    hush();
    rest.leave();
    try {
      finish();
      listener.resolve();
    } catch (fault) {
      listener.reject(fault);
    } finally {
      listener.ended(end === 'client_stalled' ? 'client_gone' : end);
    }
  }
  const finished = (end: End): void => over(end, () => finishClient(sink, end, client, listener));
  /** What throws is the client's side, or a fault of our own. */
  function guarded(step: () => void): void {
    try {
      step();
    } catch (fault) {
      over('client_gone', () => listener.reject(fault));
    }
  }
  function flush(): void {
    if (client.signal.aborted) return finished('client_gone');
    writer.flush();
    if (tap.state() === 'broken') finished(tap.error()?.failure ?? 'engine_declined'); // or an event without end
  }
  async function wait(drained: Promise<boolean>): Promise<void> {
    keepsUp = false;
    rest.pause();
    if (!(await drained)) return finished('client_stalled');
    guarded(flush);
    if (!isOver) rest.resume(reader);
  }
  /** Whether more may come at once. */
  function write(bytes: Buffer): boolean {
    listener.moved();
    const drained = writer.write(bytes);
    if (drained === undefined) flush();
    else void wait(drained);
    return drained === undefined;
  }

  const reader: BodyListener = {
    data(chunk) {
      try {
        if (keepsUp) listener.received();
        write(tap.push(chunk));
      } catch (fault) {
        over('client_gone', () => listener.reject(fault));
      }
    },
    end: () => finished(endOf(stream, client)),
    broke: () => finished(endOf(stream, client)),
  };
  const hush = keepAlive(tap, client.clock, () => guarded(() => writer.say(listener.stillThere)));
  guarded(() => write(stream.first) && !isOver && rest.resume(reader));
}

/** A stream that ends without `[DONE]` is broken, however it ends. */
function endOf({ tap }: OpenStream, { signal }: StreamClient): End {
  if (tap.state() === 'done') return 'completed';
  return signal.aborted ? 'client_gone' : 'connection_broke';
}

/** The last thing a client sees: `[DONE]` has passed already, or it is an error, or its connection breaks. */
function finishClient(
  sink: ReadableStreamDirectController,
  end: End,
  client: StreamClient,
  { brokenOff }: StreamListener,
): void {
  client.idleLimit.set(); // after the last byte Bun no longer knows the request
  if (end === 'client_stalled') return sink.close(new Error('the client takes nothing'));
  if (end !== 'completed' && end !== 'client_gone') void sink.write(brokenOff());
  void sink.end();
}
