/** Says of each request that comes whether its connection has sent so many at once that it is to be closed. */
type PipeliningLimit = (request: Request) => boolean;

interface PipeliningEffects {
  /** The port of the other end, which tells connections apart well enough. */
  readonly portOf: (request: Request) => number | undefined;
  readonly afterThisTurn: (callback: () => void) => void;
}

/** Requests of one turn of the event loop before anybody looks whose they are: so many clients may ask at once. */
const UNSEEN_MAX = 512;

/** Requests in a row from one connection that are answered after that. */
const IN_A_ROW_MAX = 16;

/**
 * Requests sent without awaiting answers, and answered at once, are all served in one turn of the event loop, as many as
 * were read: 16,000 in 512 KB, for which everybody else waits seconds. No client of these APIs sends so; where one does, its
 * answers end with `connection: close`, upon which it sends the rest again (RFC 9112 §9.3.2). Behind one that waits or runs
 * nothing comes here: Bun (1.4.5) closes the connection at the next request's first byte, and answers neither.
 */
export function limitPipelining({ portOf, afterThisTurn }: PipeliningEffects): PipeliningLimit {
  let inThisTurn = 0;
  let inARow = 0;
  let lastPort: number | undefined;
  const begin = () => {
    inThisTurn = 0;
    inARow = 0;
  };
  return (request) => {
    if (inThisTurn === 0) afterThisTurn(begin);
    inThisTurn += 1;
    if (inThisTurn <= UNSEEN_MAX) return false;
    const port = portOf(request);
    inARow = port === lastPort ? inARow + 1 : 1;
    lastPort = port;
    return inARow > IN_A_ROW_MAX;
  };
}
