import { formatHeading } from '../node/heading.ts';
import { spreadOf } from '../overhead/statistics.ts';
import type { Surroundings } from '../overhead/surroundings.ts';
import { formatTable } from '../overhead/table.ts';
import type { Latency, Throughput } from './load.ts';

/** What one round found of one target. */
export interface Round {
  readonly target: string;
  readonly throughput: readonly Throughput[];
  readonly idle: Latency;
  readonly half: Latency;
}

/** One whole run, as `--json` writes it. */
export interface Report extends Surroundings {
  readonly benchmark: 'queue';
  readonly rounds: readonly Round[];
}

const LIFECYCLE_COLUMNS = [
  'waiting',
  'tenants',
  'target',
  'lifecycles/s',
  '× baseline',
  'node CPU µs',
  'Redis CPU µs',
  'both, × baseline',
  'node B each',
  'Redis B each',
] as const;
const LATENCY_COLUMNS = ['target', 'load', 'requests/s', 'added p50 ms', 'added p99 ms'] as const;

/** The report as a person reads it. */
export function formatReport(report: Report): string {
  const { rounds } = report;
  return [
    formatHeading(report),
    `median of ${roundsOf(rounds, targetsOf(rounds)[0]).length} rounds`,
    '',
    formatTable(LIFECYCLE_COLUMNS, lifecycleRows(rounds)),
    '',
    formatTable(LATENCY_COLUMNS, latencyRows(rounds)),
  ].join('\n');
}

/** The first one is what the others are measured against. */
const targetsOf = (rounds: readonly Round[]): string[] => [...new Set(rounds.map((it) => it.target))];
const roundsOf = (rounds: readonly Round[], target: string | undefined): readonly Round[] =>
  rounds.filter((it) => it.target === target);

function lifecycleRows(rounds: readonly Round[]): string[][] {
  const points = rounds[0]?.throughput ?? [];
  const baseline = targetsOf(rounds)[0];
  return points.flatMap((point, at) =>
    targetsOf(rounds).map((target) => {
      const found = pointOf(rounds, target, at);
      const others = target === baseline ? [] : pointOf(rounds, baseline, at);
      const figure = (pick: Pick, decimals: number): string => shown(found.map(pick), decimals);
      const ratio = (pick: Pick): string => shown(ratios(found.map(pick), others.map(pick)), 2);
      return [
        point.waiting.toLocaleString('en-US'),
        point.tenants.toLocaleString('en-US'),
        target,
        figure((it) => it.perSecond, 0),
        ratio((it) => it.perSecond),
        figure((it) => it.nodeCpuUs, 1),
        figure((it) => it.redisCpuUs, 1),
        ratio((it) => it.nodeCpuUs + it.redisCpuUs),
        figure((it) => it.nodeBytesPerWaiting, 0),
        figure((it) => it.redisBytesPerWaiting, 0),
      ];
    }),
  );
}

type Pick = (it: Throughput) => number | undefined;

/** One point of a target, round by round. */
const pointOf = (rounds: readonly Round[], target: string | undefined, at: number): Throughput[] =>
  roundsOf(rounds, target).flatMap((it) => it.throughput[at] ?? []);

/** Round by round, because a machine is not the same in each. */
function ratios(values: readonly (number | undefined)[], to: readonly (number | undefined)[]): (number | undefined)[] {
  return values.map((value, round) => {
    const other = to[round];
    return value === undefined || other === undefined ? undefined : value / other;
  });
}

function latencyRows(rounds: readonly Round[]): string[][] {
  return (['idle', 'half'] as const).flatMap((load) =>
    targetsOf(rounds).map((target) => {
      const found = roundsOf(rounds, target).map((it) => it[load]);
      const figure = (pick: (it: Latency) => number, decimals: number) => shown(found.map(pick), decimals);
      const name = load === 'idle' ? 'one at a time' : 'half of its least rate';
      return [target, name, figure((it) => it.perSecond, 0), figure((it) => it.p50Ms, 3), figure((it) => it.p99Ms, 3)];
    }),
  );
}

/** The median, and half of the range where it has one. */
function shown(values: readonly (number | undefined)[], decimals: number): string {
  const known = values.filter((it) => it !== undefined);
  if (known.length === 0) return '-';
  const { median, min, max } = spreadOf(known);
  const number = (value: number) =>
    value.toLocaleString('en-US', { minimumFractionDigits: decimals, maximumFractionDigits: decimals });
  return min === max ? number(median) : `${number(median)} ±${number((max - min) / 2)}`;
}
