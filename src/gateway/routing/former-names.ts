import type { Cancel, Clock } from '../../telemetry/index.ts';
import type { FormerName, PoolRoute } from '../gateway.ts';

/** Longest time that a timer counts at once, ms. Later ends are looked at again then. */
const LOOK_AGAIN_MS = 86_400_000;

/** While replicas of a pool change nobody knows beforehand which of its models will answer. */
export function isChanging({ formerNames = [] }: PoolRoute): boolean {
  return formerNames.some(({ untilUnixMs }) => untilUnixMs === undefined);
}

/** The routes without former names whose time is over. */
function withoutEnded(routes: readonly PoolRoute[], nowUnixMs: number): readonly PoolRoute[] {
  const goesOn = ({ untilUnixMs }: FormerName): boolean => untilUnixMs === undefined || untilUnixMs > nowUnixMs;
  return routes.map((it) =>
    it.formerNames === undefined ? it : { ...it, formerNames: it.formerNames.filter(goesOn) },
  );
}

/** Calls back with the routes as they are, now and each time a former name ends, until cancelled. */
export function followEnds(
  routes: readonly PoolRoute[],
  { clock, unixMs }: { readonly clock: Clock; readonly unixMs: () => number },
  take: (routes: readonly PoolRoute[]) => void,
): Cancel {
  let stop: Cancel = () => undefined;
  function look(): void {
    const nowUnixMs = unixMs();
    const left = withoutEnded(routes, nowUnixMs);
    take(left);
    const ends = left.flatMap(({ formerNames = [] }) => formerNames.flatMap(({ untilUnixMs }) => untilUnixMs ?? []));
    if (ends.length > 0) stop = clock.after(Math.min(Math.min(...ends) - nowUnixMs, LOOK_AGAIN_MS), look);
  }
  look();
  return () => stop();
}
