/**
 * How fast a line moves. Only times count at which somebody waited: what is served of an empty line says how much was
 * asked for, not how much can be.
 */
export interface Pace {
  /** What was heard last: tickets served ever, and how many then waited. */
  readonly served: number | undefined;
  readonly depth: number;
  readonly atMs: number;
  /** Served while others waited, and how long that took. Older ones count less and less. */
  readonly recentlyServed: number;
  readonly recentMs: number;
}

/** Times this old count for a third. */
const FADE_MS = 10_000;
/** Where it moves slower than that, at least about as many tickets count. */
const FADE_TICKETS = 8;
/** So much is watched before anything is said. */
const WATCHED_ENOUGH_MS = 500;

const RETRY_AFTER_MIN_MS = 1000;
/** Clients give up where they are told more. */
const RETRY_AFTER_MAX_MS = 60_000;
const RETRY_AFTER_UNKNOWN_MS = 5000;

export const createPace = (): Pace => ({ served: undefined, depth: 0, atMs: 0, recentlyServed: 0, recentMs: 0 });

/** Takes in what a commit's answer says of the line: tickets served since the pool began, and how many wait. */
export function moved(
  pace: Pace,
  { served, depth }: { readonly served: number; readonly depth: number },
  nowMs: number,
): Pace {
  const heard = { ...pace, served, depth, atMs: nowMs };
  const passedMs = nowMs - pace.atMs;
  const isWatched = pace.served !== undefined && served >= pace.served && pace.depth > 0 && depth > 0;
  if (!isWatched) return heard;
  if (passedMs <= 0) return { ...heard, served: pace.served };
  const moves = served - (pace.served ?? served);
  const kept = Math.exp(-Math.min(passedMs / FADE_MS, moves / FADE_TICKETS));
  return {
    ...heard,
    recentlyServed: pace.recentlyServed * kept + moves,
    recentMs: pace.recentMs * kept + passedMs,
  };
}

/** Tickets per second; `undefined` while unknown, and where it does not move. */
export function perSecond({ recentlyServed, recentMs }: Pace): number | undefined {
  return recentMs < WATCHED_ENOUGH_MS || recentlyServed <= 0 ? undefined : (recentlyServed * 1000) / recentMs;
}

/** Until a ticket's turn comes, with so many ahead of it; `undefined` while that cannot be said. */
export function etaMs(pace: Pace, ahead: number): number | undefined {
  const rate = perSecond(pace);
  return rate === undefined ? undefined : Math.round((ahead * 1000) / rate);
}

/** When one that found so many in line may come again: by then these are gone. Between a second and a minute. */
export function retryAfterMs(pace: Pace, depth: number): number {
  const ms = etaMs(pace, depth) ?? (pace.recentMs < WATCHED_ENOUGH_MS ? RETRY_AFTER_UNKNOWN_MS : RETRY_AFTER_MAX_MS);
  return Math.min(Math.max(ms, RETRY_AFTER_MIN_MS), RETRY_AFTER_MAX_MS);
}
