import { figuresOf, type Figures, type Run } from '../overhead/figures.ts';
import type { Point } from '../overhead/plan.ts';
import { spreadOf, type Spread } from '../overhead/statistics.ts';
import { pointName } from './rounds.ts';

/** One figure of ours over the same of a peer, round by round; below 1 is less. */
export interface Ratio {
  readonly peer: string;
  readonly point: string;
  readonly cpu_per_unit: Spread | null;
  /** Redis's share counted as ours. */
  readonly cpu_per_unit_with_redis: Spread | null;
  /** Of whole answers: from sending to the last byte. */
  readonly p50: Spread | null;
  /** Of the time that the target adds. */
  readonly added_p99: Spread | null;
  readonly units_per_second: Spread | null;
}

/** Ours against every peer at every point that both were measured at. `base` is what adding is counted from. */
export function ratiosOf(runs: readonly Run[], ours: string, base: string): Ratio[] {
  const points = [...new Set(runs.map((it) => it.point))];
  const peers = [...new Set(runs.map((it) => it.target.name))].filter((it) => it !== ours && it !== base);
  return points.flatMap((point) => peers.flatMap((peer) => ratioAt(point, runs, { ours, base, peer })));
}

interface Names {
  readonly ours: string;
  readonly base: string;
  readonly peer: string;
}

function ratioAt(point: Point, runs: readonly Run[], { ours, base, peer }: Names): Ratio[] {
  const pairs: { own: Figures; other: Figures }[] = [];
  for (const round of new Set(runs.map((it) => it.round))) {
    const order = (it: Run) => [base, ours, peer].indexOf(it.target.name);
    const here = runs.filter((it) => it.point === point && it.round === round && order(it) !== -1);
    const sorted = here.toSorted((a, b) => order(a) - order(b)).map((it) => Object.assign({}, it, { round: 0 }));
    const [, own, other] = figuresOf(point, sorted);
    if (own !== undefined && other !== undefined) pairs.push({ own, other });
  }
  if (pairs.length === 0) return [];
  const over = (value: (it: Figures) => number | undefined, others = value) =>
    spreadOfSome(pairs.map(({ own, other }) => quotient(value(own), others(other))));
  const cpu = (it: Figures) => it.cpuSecondsPerUnit.gateway?.median;
  const cpuWithRedis = (it: Figures) => (cpu(it) ?? 0) + (it.cpuSecondsPerUnit.redis?.median ?? 0);
  return [
    {
      peer,
      point: pointName(point),
      cpu_per_unit: over(cpu),
      cpu_per_unit_with_redis: over(cpuWithRedis, cpu),
      p50: point.kind === 'requests' ? over((it) => it.timeMs.p50.median) : null,
      added_p99: over((it) => it.addedMs?.p99.median),
      units_per_second: over((it) => it.unitsPerSecond.median),
    },
  ];
}

/** Absent where nothing can be compared: a time that adds nothing, CPU time of less than a tick. */
function quotient(own: number | undefined, other: number | undefined): number | undefined {
  return own === undefined || other === undefined || !(own > 0 && other > 0) ? undefined : own / other;
}

function spreadOfSome(values: readonly (number | undefined)[]): Spread | null {
  const some = values.filter((it) => it !== undefined);
  return some.length === 0 ? null : spreadOf(some);
}
