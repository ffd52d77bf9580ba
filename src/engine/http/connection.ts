import type { Endpoint } from '../endpoint.ts';
import { openLine, type Line } from './line.ts';
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

interface Running {
  readonly listener: ExchangeListener;
  readonly reader: ResponseReader;
}

/** Opens a connection; the first exchange may begin at once. */
export function openConnection(endpoint: Endpoint, owner: ConnectionOwner): Connection {
  let running: Running | undefined;
  let hasIdled = false;
  let isAnswered = false;

  const line = openLine(endpoint, {
    opened: () => void (running === undefined && rest()),
    received(bytes) {
      if (running === undefined) return fail(new Error('bytes that nobody asked for'));
      isAnswered = true;
      try {
        running.reader.read(bytes);
      } catch (cause) {
        fail(cause);
      }
    },
    finished() {
      if (running?.reader.closed() !== true) fail(new Error('the server closed the connection'));
    },
    failed: (cause) => fail(cause),
  });
  function shut(): void {
    if (line.state() === 'closed') return;
    line.close();
    owner.gone(connection);
  }
  function fail(cause: unknown, at = brokenAt(line.state(), isAnswered, hasIdled)): void {
    const broken = running;
    running = undefined;
    shut();
    broken?.listener.broke(at, cause);
  }
  function rest(): void {
    hasIdled = true;
    owner.idle(connection);
  }
  function leave(): void {
    running = undefined;
    if (line.state() === 'connecting') owner.deserted(connection);
    else shut();
  }
  /** A server that answers before it has taken the whole request can be asked nothing more. */
  function ended(listener: ExchangeListener, reusable: boolean): void {
    running = undefined;
    line.setPaused(false);
    if (reusable && line.hasSentAll()) rest();
    else shut();
    listener.end();
  }

  const connection: Connection = {
    begin(request, listener) {
      const reader = readFor(listener, (reusable) => void (running === mine && ended(listener, reusable)));
      const mine = { listener, reader };
      running = mine;
      isAnswered = false;
      line.send(request);
      return exchangeWhile(() => running === mine, line, leave);
    },
    close: (cause) => fail(cause, 'unanswered'),
  };
  return connection;
}

function brokenAt(line: ReturnType<Line['state']>, isAnswered: boolean, hasIdled: boolean): BrokenAt {
  if (line === 'connecting') return 'unconnected';
  if (isAnswered) return 'midway';
  return hasIdled ? 'stale' : 'unanswered';
}

function readFor(listener: ExchangeListener, end: ResponseListener['end']): ResponseReader {
  return createResponseReader({ head: (it) => listener.head(it), data: (bytes) => listener.data(bytes), end });
}

function exchangeWhile(runs: () => boolean, line: Line, leave: () => void): Exchange {
  return {
    pause: () => void (runs() && line.setPaused(true)),
    resume: () => void (runs() && line.setPaused(false)),
    leave: () => void (runs() && leave()),
  };
}
