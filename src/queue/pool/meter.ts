import type { Clock } from '../../telemetry/index.ts';
import type { Measurement, QueueEffects } from '../effects.ts';
import type { Outcome, Usage } from '../ticket.ts';
import type { Pool } from './pool.ts';

/** Takes the time of one execution on a replica of this node. */
export interface Meter {
  /** The request goes out. */
  sent(): void;
  /** Bytes of a stream have come. */
  received(): void;
  /** What it has used so far. */
  used(usage: Usage): void;
  /** It is over; told once. */
  ended(outcome: Outcome, used: Usage | undefined): void;
}

/** `undefined` where nobody wants to know. */
export function createMeter(
  { replicas }: Pick<Pool, 'replicas'>,
  replica: string,
  { clock, measured }: Pick<QueueEffects, 'clock' | 'measured'>,
): Meter | undefined {
  return (
    measured &&
    meter(
      () => replicas.get(replica)?.running ?? 0,
      clock,
      (it) => measured(replica, it),
    )
  );
}

function meter(runningNow: () => number, clock: Clock, tell: (measurement: Measurement) => void): Meter {
  let sentMs: number | undefined;
  let firstMs: number | undefined;
  let seen: Usage | undefined;
  let load = 0;
  return {
    sent() {
      sentMs = clock.nowMs();
      load = runningNow();
    },
    received() {
      firstMs ??= clock.nowMs();
    },
    used(usage) {
      seen = usage;
    },
    ended(outcome, used = seen) {
      if (sentMs === undefined) return;
      const totalMs = clock.nowMs() - sentMs;
      const firstByteMs = firstMs === undefined ? undefined : firstMs - sentMs;
      tell({ outcome, load: Math.max(load, runningNow()), firstByteMs, totalMs, used });
      sentMs = undefined;
    },
  };
}
