import type { ListeningSocket } from './listening-socket.ts';
import { vanishedClientOptions } from './vanished-clients.ts';

/**
 * Connections that may wait to be accepted, where Bun asks for 512: those that come while one turn of the event loop lasts.
 * Who comes while the queue is full is let in by its own kernel's next try, a second later.
 */
const BACKLOG = 4096;

/**
 * Says what Bun lets nobody say when it listens; for connections from now on. False where it could not be: the gateway
 * serves as well, but notices a client whose host vanished when it has something to send, or never.
 */
export function tuneListener(listener: ListeningSocket | undefined, slowClientTimeoutMs: number): boolean {
  return (
    listener !== undefined &&
    vanishedClientOptions(slowClientTimeoutMs).every((it) => listener.set(it)) &&
    listener.setBacklog(BACKLOG)
  );
}
