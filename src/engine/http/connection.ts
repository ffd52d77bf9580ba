import type { Endpoint } from '../endpoint.ts';
import { openSocket, type Socket, type SocketEvents } from './open-socket.ts';
import { createOutbox } from './outbox.ts';
import { createResponseReader, type ResponseListener, type ResponseReader } from './response-reader.ts';

/**
 * How far an exchange was when its connection broke. `stale`: on a connection that had idled, not one byte of the
 * answer had come; the server had closed it, or died.
 */
export type BrokenAt = 'unconnected' | 'stale' | 'unanswered' | 'midway';

/** What is told of one request and its answer. Nothing follows `end` or `broke`. */
export interface ExchangeListener extends Omit<ResponseListener, 'end'> {
  /** The answer is whole. The connection may serve somebody else already. */
  end(): void;
  broke(at: BrokenAt, cause: unknown): void;
}

/** Names an exchange as long as it runs; afterwards nothing that is asked of it does anything. */
export interface Exchange {
  /** Stops reading from the server. */
  pause(): void;
  resume(): void;
  /** Breaks the connection at once. Its listener is told nothing more. */
  leave(): void;
}

/** One connection to a server, one exchange at a time. */
export interface Connection {
  /** Sends a request; whoever calls has seen to it that nothing runs here. */
  begin(request: readonly Uint8Array[], listener: ExchangeListener): Exchange;
  /** Breaks it at once; its exchange is told so. */
  close(cause: Error): void;
}

interface ConnectionOwner {
  /** It is ready for the next exchange. */
  idle(connection: Connection): void;
  /** Its exchange was left before it was open, which Bun cannot break off (1.4.5). The next may begin. */
  deserted(connection: Connection): void;
  /** It is closed. Told once. */
  gone(connection: Connection): void;
}

/** Opens a connection; the first exchange may begin at once. */
export function openConnection(endpoint: Endpoint, owner: ConnectionOwner): Connection {
  const outbox = createOutbox();
  let socket: Socket | undefined;
  let state: 'connecting' | 'open' | 'closed' = 'connecting';
  let running: { readonly listener: ExchangeListener; readonly reader: ResponseReader } | undefined;
  let hasIdled = false;
  let isAnswered = false;
  let isPaused = false;
  let unopened: { readonly cause: unknown } | undefined;

  function shut(): void {
    if (state === 'closed') return;
    state = 'closed';
    owner.gone(connection);
    socket?.terminate();
  }
  function fail(cause: unknown, at = brokenAt()): void {
    const broken = running;
    if (state === 'connecting') unopened = { cause };
    running = undefined;
    shut();
    broken?.listener.broke(at, cause);
  }
  function brokenAt(): BrokenAt {
    if (state === 'connecting') return 'unconnected';
    if (isAnswered) return 'midway';
    return hasIdled ? 'stale' : 'unanswered';
  }
  function send(): void {
    if (socket !== undefined && !outbox.sendTo(socket)) fail(new Error('the connection is closed'));
  }
  function rest(): void {
    hasIdled = true;
    owner.idle(connection);
  }
  function setPaused(paused: boolean): void {
    if (isPaused === paused) return;
    isPaused = paused;
    if (paused) socket?.pause();
    else socket?.resume();
  }
  /** A server that answers before it has taken the whole request can be asked nothing more. */
  function ended(listener: ExchangeListener, reusable: boolean): void {
    running = undefined;
    setPaused(false);
    if (reusable && outbox.isEmpty()) rest();
    else shut();
    listener.end();
  }

  const events: SocketEvents = {
    open(it) {
      socket = it;
      if (state === 'closed') return it.terminate();
      state = 'open';
      if (running === undefined) rest();
      else send();
    },
    data(bytes) {
      if (running === undefined) return fail(new Error('bytes that nobody asked for'));
      isAnswered = true;
      try {
        running.reader.read(bytes);
      } catch (cause) {
        fail(cause);
      }
    },
    drain: send,
    closed(cause) {
      if (state === 'closed' || (cause === undefined && running?.reader.closed() === true)) return;
      fail(cause ?? new Error('the server closed the connection'));
    },
    failed: (cause) => fail(cause),
  };

  const connection: Connection = {
    begin(request, listener) {
      const reader = createResponseReader({
        head: (head) => listener.head(head),
        data: (bytes) => listener.data(bytes),
        end: (reusable) => void (running === mine && ended(listener, reusable)),
      });
      const mine = { listener, reader };
      running = mine;
      isAnswered = false;
      outbox.fill(request);
      if (unopened === undefined) send();
      else fail(unopened.cause, 'unconnected'); // Bun tells of a missing unix socket before `openConnection` is over
      return {
        pause: () => void (running === mine && setPaused(true)),
        resume: () => void (running === mine && setPaused(false)),
        leave() {
          if (running !== mine) return;
          running = undefined;
          if (state === 'connecting') owner.deserted(connection);
          else shut();
        },
      };
    },
    close: (cause) => fail(cause, 'unanswered'),
  };
  openSocket(endpoint, events);
  return connection;
}
