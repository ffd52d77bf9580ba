import type { Measurement } from './load/job.ts';
import type { Point } from './plan.ts';
import { spreadOf, type Spread } from './statistics.ts';
import type { Role, Target } from './targets/target.ts';

/** One measurement in its place. Every round has one of each point and target; the first target is compared with. */
export interface Run {
  readonly round: number;
  readonly point: Point;
  readonly target: Target;
  readonly measurement: Measurement;
}

/** What all rounds say of one target at one point. A unit is a request, or a token of a stream. */
export interface Figures {
  readonly concurrency: number;
  readonly target: string;
  /** Whole answers in all windows. */
  readonly answers: number;
  readonly errors: number;
  readonly faults: readonly string[];
  readonly timeMs: { readonly p50: Spread; readonly p99: Spread };
  /** Time beyond that of the first target in the same round; absent for itself. */
  readonly addedMs: { readonly p50: Spread; readonly p99: Spread } | undefined;
  readonly unitsPerSecond: Spread;
  /** CPU seconds a unit, by role; absent where the target has no such process. */
  readonly cpuSecondsPerUnit: { readonly [role in Role]: Spread | undefined };
  readonly residentBytes: { readonly [role in Role]: Spread | undefined };
}

/** Puts the runs of a point together, target by target, in the order they came first. */
export function figuresOf(point: Point, runs: readonly Run[]): Figures[] {
  const here = runs.filter((it) => it.point === point);
  const targets = [...new Set(here.filter((it) => it.round === 0).map((it) => it.target))];
  const runsOf = (target: Target) => here.filter((it) => it.target === target);
  const base = targets[0] === undefined ? [] : runsOf(targets[0]);
  return targets.map((target, index) => ({
    ...figures(target, runsOf(target)),
    concurrency: point.concurrency,
    addedMs: index === 0 ? undefined : addedMs(runsOf(target), base),
  }));
}

function figures(target: Target, runs: readonly Run[]): Omit<Figures, 'concurrency' | 'addedMs'> {
  const all = runs.map((it) => it.measurement);
  const sum = (value: (it: Measurement) => number) => all.reduce((total, it) => total + value(it), 0);
  const perRole = (value: (it: Measurement, index: number) => number) => ({
    gateway: ofRole('gateway', target, all, value),
    redis: ofRole('redis', target, all, value),
  });
  return {
    target: target.name,
    answers: sum((it) => it.answers),
    errors: sum((it) => it.errors),
    faults: all.flatMap((it) => it.faults),
    timeMs: { p50: spreadOf(all.map((it) => it.timeMs.p50Ms)), p99: spreadOf(all.map((it) => it.timeMs.p99Ms)) },
    unitsPerSecond: spreadOf(all.map((it) => it.samples / it.windowSeconds)),
    cpuSecondsPerUnit: perRole((it, index) => (it.processes[index]?.cpuSeconds ?? 0) / it.samples),
    residentBytes: perRole((it, index) => it.processes[index]?.residentBytes ?? 0),
  };
}

/** A figure of the target's processes of one role together, over the rounds. */
function ofRole(
  role: Role,
  { processes }: Target,
  all: readonly Measurement[],
  value: (it: Measurement, index: number) => number,
): Spread | undefined {
  const indices = processes.flatMap((it, index) => (it.role === role ? [index] : []));
  if (indices.length === 0) return undefined;
  return spreadOf(all.map((it) => indices.reduce((total, index) => total + value(it, index), 0)));
}

function addedMs(runs: readonly Run[], base: readonly Run[]): { p50: Spread; p99: Spread } {
  const pairs = runs.flatMap(({ round, measurement }) => {
    const other = base.find((it) => it.round === round)?.measurement;
    return other === undefined ? [] : [{ own: measurement.timeMs, other: other.timeMs }];
  });
  return {
    p50: spreadOf(pairs.map(({ own, other }) => own.p50Ms - other.p50Ms)),
    p99: spreadOf(pairs.map(({ own, other }) => own.p99Ms - other.p99Ms)),
  };
}
