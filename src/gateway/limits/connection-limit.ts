import type { Clock, Log, Metrics } from '../../telemetry/index.ts';

/** The limit on connections that are open at once. */
export interface ConnectionLimit {
  /** Whether there are too many: requests are refused then, and their connections closed. */
  isExceeded(): boolean;
  /** Most that are taken. */
  readonly max: number;
  /** Another limit from the next look on. */
  limit(max: number): void;
  stop(): void;
}

interface ConnectionEffects {
  readonly clock: Clock;
  readonly log: Log;
  readonly metrics: Pick<Metrics, 'openDescriptors'>;
  readonly openDescriptors: () => number;
  readonly descriptorsMax: number;
  /** Closes every connection whose last request is answered. */
  readonly closeIdle: () => void;
}

/** How often they are counted. A second of connections comes on top of the limit. */
const LOOK_EVERY_MS = 1000;

/** Descriptors kept for what is not a connection, and for what comes between two looks. */
const DESCRIPTORS_SPARE = 2048;

/**
 * Counts connections, of clients and to engines, as descriptors, since Bun.serve counts none. Where there are more than
 * `max`, idle ones are closed; where that was not enough, requests are refused at the next look. Without descriptors left
 * Bun 1.4.5 accepts nobody, and spins: `max` stays below what the process may open.
 */
export function limitConnections(max: number, effects: ConnectionEffects): ConnectionLimit {
  let most = affordable(max, effects);
  let [wereTooMany, isExceeded] = [false, false];

  const look = () => {
    const open = effects.openDescriptors();
    effects.metrics.openDescriptors.set(open);
    const areTooMany = open > most;
    if (areTooMany) effects.closeIdle();
    if (areTooMany && !wereTooMany)
      effects.log.warn({ open, max: most }, 'too many connections; those without a request are closed');
    isExceeded = areTooMany && wereTooMany;
    wereTooMany = areTooMany;
    cancel = effects.clock.after(LOOK_EVERY_MS, look);
  };
  let cancel = effects.clock.after(LOOK_EVERY_MS, look);

  return {
    isExceeded: () => isExceeded,
    get max() {
      return most;
    },
    limit: (next) => void (most = affordable(next, effects)),
    stop: () => cancel(),
  };
}

function affordable(max: number, { descriptorsMax, log }: ConnectionEffects): number {
  const most = Math.max(descriptorsMax - DESCRIPTORS_SPARE, Math.floor(descriptorsMax / 2));
  if (max <= most) return max;
  log.warn(
    { max, descriptorsMax, taken: most },
    'gateway.max_connections is more than this process may open; raise `ulimit -n` or LimitNOFILE',
  );
  return most;
}
