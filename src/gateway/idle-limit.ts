/**
 * The limit on how long one client's connection may lie still. It is set while the client has to send or to take
 * something, or owes its next request, and lifted while it rightly waits: in line, for an engine, for a stream's next
 * event. A connection beyond it is closed and its request aborted.
 */
export interface IdleLimit {
  set(): void;
  lift(): void;
}

/** How coarse uWebSockets counts: it looks at a connection every so many seconds, and may be that early. */
const SWEEP_S = 4;

/** Longest that `server.timeout` takes. Seconds. */
const IDLE_S_MAX = 255;

/**
 * Limits the connection of `request` to about `idleMs`, rounded up. While a body comes it starts anew for every 16 KiB a
 * second of it, so one that only drips is cut as well (`HTTP_RECEIVE_THROUGHPUT_BYTES` of uWebSockets). The first head of
 * a connection has 8 to 12 s whatever is set here, from its opening and however it drips (`HTTP_IDLE_TIMEOUT_S`).
 */
export function limitIdle(server: Bun.Server<undefined>, request: Request, idleMs: number): IdleLimit {
  const seconds = Math.min(Math.ceil(idleMs / 1000) + SWEEP_S, IDLE_S_MAX);
  return {
    set: () => server.timeout(request, seconds),
    lift: () => server.timeout(request, 0),
  };
}
