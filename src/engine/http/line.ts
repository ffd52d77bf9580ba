import type { Endpoint } from '../endpoint.ts';
import { openSocket, type Socket } from './open-socket.ts';
import { createOutbox } from './outbox.ts';

/** A socket, and what is still to be sent on it. */
export interface Line {
  state(): 'connecting' | 'open' | 'closed';
  /** Sends this instead of what was left of the last request, now or once it is open. */
  send(pieces: readonly Uint8Array[]): void;
  hasSentAll(): boolean;
  /** Whether anything is read from the other side. */
  setPaused(paused: boolean): void;
  /** Breaks it at once. Nothing is told any more. */
  close(): void;
}

interface LineEvents {
  opened(): void;
  received(bytes: Buffer): void;
  /** The other side closed it in order. */
  finished(): void;
  /** It broke, or was never open. It is to be closed. */
  failed(cause: Error): void;
}

/** Opens a line. Nothing is told before this returns. */
export function openLine(endpoint: Endpoint, events: LineEvents): Line {
  const outbox = createOutbox();
  let socket: Socket | undefined;
  let state: ReturnType<Line['state']> = 'connecting';
  let isPaused = false;

  function flush(): void {
    if (socket !== undefined && !outbox.sendTo(socket)) events.failed(new Error('the connection is closed'));
  }
  openSocket(endpoint, {
    open(it) {
      socket = it;
      if (state === 'closed') return it.terminate();
      state = 'open';
      flush();
      events.opened();
    },
    data: (bytes) => events.received(bytes),
    drain: flush,
    closed(cause) {
      if (state === 'closed') return;
      if (cause === undefined) events.finished();
      else events.failed(cause);
    },
    failed: (cause) => events.failed(cause),
  });

  return {
    state: () => state,
    send(pieces) {
      outbox.fill(pieces);
      flush();
    },
    hasSentAll: () => outbox.isEmpty(),
    setPaused(paused) {
      if (isPaused === paused) return;
      isPaused = paused;
      if (paused) socket?.pause();
      else socket?.resume();
    },
    close() {
      state = 'closed';
      socket?.terminate();
    },
  };
}
