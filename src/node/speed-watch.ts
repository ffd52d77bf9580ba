import type { ReplicaPlan } from '../engine/index.ts';
import type { Measurement } from '../queue/index.ts';
import {
  createWatched,
  judge,
  record,
  recordBefore,
  sampleOf,
  watch,
  type Fleet,
  type Judgement,
  type RolloutEffects,
  type Run,
  type RolloutVerdict,
  type Watched,
} from '../supervisor/index.ts';
import type { Cancel, Clock } from '../telemetry/index.ts';
import { keepSpeeds, type KeptSpeedsEffects } from './kept-speeds.ts';

/** How fast the pools are, and whether a replica that was moved is as fast as its pool was before. */
export interface SpeedWatch extends Pick<RolloutEffects, 'judge'> {
  /** A replica is open with this model. */
  opened(replica: string, pool: string, model: string): void;
  /** An execution on a replica has ended. */
  measured(replica: string, measurement: Measurement): void;
  /** Keeps what was learnt for the next life of this node. */
  [Symbol.dispose](): void;
}

interface WatchEffects extends KeptSpeedsEffects {
  readonly unixMs: () => number;
  /** Asked when a replica is judged. */
  readonly fleet: () => Pick<Fleet, 'replicas'>;
}

/** Between two looks at a replica that is watched. */
const LOOK_EVERY_MS = 2_000;
/** What begins so soon after a replica was opened meets an empty prefix cache, and is not compared. */
const SETTLE_PART = 1 / 6;
/** A model that answered no longer ago than this, beside the hold, is what a change has just replaced. */
const FORMER_WITHIN_MS = 3_600_000;

const RUN_ENDS: Readonly<Record<Measurement['outcome'], Run['end'] | undefined>> = {
  completed: 'answered',
  client_gone: 'left',
  engine_declined: undefined, // it says nothing of a speed
  engine_unreached: 'failed',
  engine_died: 'failed',
  connection_broke: 'failed',
  engine_aborted: 'failed',
  engine_error: 'failed',
};

/** One replica under observation. */
interface Observed {
  readonly watched: Watched;
  readonly objectives: NonNullable<ReplicaPlan['pool']['objectives']>;
  readonly fromMs: number;
}

export function createSpeedWatch(effects: WatchEffects): SpeedWatch {
  const { clock, unixMs, fleet } = effects;
  const kept = keepSpeeds(effects);
  const { baseline } = kept;
  const places = new Map<string, { readonly pool: string; readonly model: string }>();
  const observed = new Map<string, Observed>();

  return {
    opened: (replica, pool, model) => void places.set(replica, { pool, model }),
    measured(replica, measurement) {
      const place = places.get(replica);
      const end = RUN_ENDS[measurement.outcome];
      if (place === undefined || end === undefined) return;
      const sample = sampleOf({ ...measurement, end });
      const under = observed.get(replica);
      if (under !== undefined) return observe(under, sample, clock.nowMs() - measurement.totalMs);
      kept.changed();
      record(baseline, place.pool, place.model, sample, unixMs());
    },
    async judge(plan, signal) {
      const { pool, poolName, replica } = plan;
      const { objectives } = pool;
      if (objectives === undefined) return { ok: true };
      const settleMs = objectives.holdMs * SETTLE_PART;
      const under = { watched: createWatched(), objectives, fromMs: clock.nowMs() + settleMs };
      const others = fleet()
        .replicas()
        .filter((it) => it.pool === poolName && it.name !== replica.name);
      const before = recordBefore(baseline, {
        pool: poolName,
        model: pool.servedName,
        others: others.map((it) => it.model),
        sinceUnixMs: unixMs() - FORMER_WITHIN_MS - objectives.holdMs,
      });
      observed.set(replica.name, under);
      const verdict = await hold(() => judge(under.watched, before, objectives), objectives.holdMs, clock, signal);
      observed.delete(replica.name);
      if (!verdict.ok) places.delete(replica.name); // what it answers on its way out is no measure for others
      return verdict;
    },
    [Symbol.dispose]: () => kept.close(),
  };
}

/** A failure counts whenever its request began. */
function observe(
  { watched, objectives, fromMs }: Observed,
  sample: ReturnType<typeof sampleOf>,
  beganMs: number,
): void {
  if (sample.hasFailed || beganMs >= fromMs) watch(watched, sample, objectives);
}

/** Looks again and again, until it is broken or the time is over. */
function hold(look: () => Judgement, holdMs: number, clock: Clock, signal: AbortSignal): Promise<RolloutVerdict> {
  const endMs = clock.nowMs() + holdMs;
  return new Promise((resolve) => {
    let stop: Cancel = () => undefined;
    const end = (verdict: RolloutVerdict): void => {
      stop();
      signal.removeEventListener('abort', giveUp);
      resolve(verdict);
    };
    const giveUp = (): void => end({ ok: false, cause: 'it was not watched to the end of its hold' });
    const next = (): void => {
      const { is, because } = look();
      const leftMs = endMs - clock.nowMs();
      if (is === 'broken') end({ ok: false, cause: because });
      else if (leftMs <= 0) end({ ok: true, note: because });
      else stop = clock.after(Math.min(LOOK_EVERY_MS, leftMs), next);
    };
    if (signal.aborted) return giveUp();
    signal.addEventListener('abort', giveUp, { once: true });
    next();
  });
}
