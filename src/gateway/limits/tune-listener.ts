import type { Log } from '../../telemetry/index.ts';
import type { ListeningSocket } from './listening-socket.ts';
import { vanishedClientOptions } from './vanished-clients.ts';

/**
 * Connections that may wait to be accepted, where Bun asks for 512: those that come while one turn of the event loop lasts.
 * Who comes while the queue is full is let in by its own kernel's next try, a second later.
 */
const BACKLOG = 4096;

/** Says what Bun does not let us say when it listens. Without it the gateway serves as well, and finds out later who vanished. */
export function tuneListener(
  find: () => ListeningSocket | undefined,
  slowClientTimeoutMs: number,
  { log }: { readonly log: Log },
): void {
  const listener = find();
  const isTuned =
    listener !== undefined &&
    vanishedClientOptions(slowClientTimeoutMs).every((it) => listener.set(it)) &&
    listener.setBacklog(BACKLOG);
  if (!isTuned) log.warn({}, 'the listening socket cannot be tuned: clients whose host vanishes are noticed late');
}
