import { formatHeading } from '../node/heading.ts';
import { spreadOf, type Spread } from '../overhead/statistics.ts';
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
  'node CPU µs',
  'Redis CPU µs',
  'node B each',
  'Redis B each',
] as const;
const LATENCY_COLUMNS = ['target', 'load', 'requests/s', 'added p50 ms', 'added p99 ms'] as const;

/** The report as a person reads it. */
export function formatReport(report: Report): string {
  return [
    formatHeading(report),
    `median of ${roundsOf(report.rounds).length} rounds`,
    '',
    formatTable(LIFECYCLE_COLUMNS, lifecycleRows(report.rounds)),
    '',
    formatTable(LATENCY_COLUMNS, latencyRows(report.rounds)),
  ].join('\n');
}

const targetsOf = (rounds: readonly Round[]): string[] => [...new Set(rounds.map((it) => it.target))];
const roundsOf = (rounds: readonly Round[]): readonly Round[] =>
  rounds.filter((it) => it.target === targetsOf(rounds)[0]);

function lifecycleRows(rounds: readonly Round[]): string[][] {
  const points = rounds[0]?.throughput ?? [];
  return points.flatMap((point, at) =>
    targetsOf(rounds).map((target) => {
      const found = rounds.filter((it) => it.target === target).flatMap((it) => it.throughput[at] ?? []);
      const figure = (pick: (it: Throughput) => number | undefined, decimals: number): string => {
        const values = found.map(pick).filter((it) => it !== undefined);
        return values.length === 0 ? '-' : shown(spreadOf(values), decimals);
      };
      return [
        point.waiting.toLocaleString('en-US'),
        point.tenants.toLocaleString('en-US'),
        target,
        figure((it) => it.perSecond, 0),
        figure((it) => it.nodeCpuUs, 1),
        figure((it) => it.redisCpuUs, 1),
        figure((it) => it.nodeBytesPerWaiting, 0),
        figure((it) => it.redisBytesPerWaiting, 0),
      ];
    }),
  );
}

function latencyRows(rounds: readonly Round[]): string[][] {
  return (['idle', 'half'] as const).flatMap((load) =>
    targetsOf(rounds).map((target) => {
      const found = rounds.filter((it) => it.target === target).map((it) => it[load]);
      const figure = (pick: (it: Latency) => number, decimals: number) => shown(spreadOf(found.map(pick)), decimals);
      const name = load === 'idle' ? 'one at a time' : 'half of its full rate';
      return [target, name, figure((it) => it.perSecond, 0), figure((it) => it.p50Ms, 3), figure((it) => it.p99Ms, 3)];
    }),
  );
}

function shown({ median, min, max }: Spread, decimals: number): string {
  const number = (value: number) =>
    value.toLocaleString('en-US', { minimumFractionDigits: decimals, maximumFractionDigits: decimals });
  return min === max ? number(median) : `${number(median)} ±${number((max - min) / 2)}`;
}
