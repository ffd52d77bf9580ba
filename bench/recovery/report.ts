import { formatHeading } from '../node/heading.ts';
import type { Surroundings } from '../overhead/surroundings.ts';
import { formatTable } from '../overhead/table.ts';
import { IDLE_PROBE_S, STALL_AFTER_S, TIMEOUT_S } from './config.ts';
import type { Recovery } from './round.ts';
import { summaryOf, type Summary } from './summary.ts';

/** What all rounds say of one way to end; milliseconds. */
export interface Row {
  readonly case: string;
  readonly rounds: number;
  readonly noticed_ms: Summary | null;
  readonly told_ms: Summary | null;
  readonly respawn_ms: Summary | null;
  readonly spawned_ms: Summary | null;
  readonly opened_ms: Summary | null;
  readonly total_ms: Summary | null;
}

/** One whole run, as `--json` writes it. */
export interface Report extends Surroundings {
  readonly benchmark: 'recovery';
  readonly stall_after_s: number;
  readonly timeout_s: number;
  readonly idle_probe_s: number;
  readonly rows: readonly Row[];
}

export function rowOf(name: string, recoveries: readonly Recovery[]): Row {
  const summary = (key: keyof Recovery) => summaryOf(recoveries.map((it) => it[key]));
  return {
    case: name,
    rounds: recoveries.length,
    noticed_ms: summary('noticedMs'),
    told_ms: summary('toldMs'),
    respawn_ms: summary('respawnMs'),
    spawned_ms: summary('spawnedMs'),
    opened_ms: summary('openedMs'),
    total_ms: summary('totalMs'),
  };
}

export function reportOf(surroundings: Surroundings, rows: readonly Row[]): Report {
  return {
    benchmark: 'recovery',
    ...surroundings,
    stall_after_s: STALL_AFTER_S,
    timeout_s: TIMEOUT_S,
    idle_probe_s: IDLE_PROBE_S,
    rows,
  };
}

const COLUMNS = [
  'rounds',
  'what',
  'noticed ms',
  'client told ms',
  'respawn ms',
  'spawned ms',
  'opened ms',
  'ready ms',
] as const;

/** The report as a person reads it: where it was taken, then a table. */
export function formatReport(report: Report): string {
  return [
    formatHeading(report),
    `stall_after_s ${report.stall_after_s}, timeout_s ${report.timeout_s}, idle_probe_s ${report.idle_probe_s}; median / p95 / max`,
    '',
    formatTable(COLUMNS, report.rows.map(cells)),
  ].join('\n');
}

const cells = (row: Row): string[] => [
  String(row.rounds),
  row.case,
  ...[row.noticed_ms, row.told_ms, row.respawn_ms, row.spawned_ms, row.opened_ms, row.total_ms].map(figure),
];

/** `4 / 6 / 9`; `-` where there is no figure. */
function figure(summary: Summary | null): string {
  if (summary === null) return '-';
  const whole = (value: number) => Math.round(value).toLocaleString('en-US');
  return [summary.median, summary.p95, summary.max].map(whole).join(' / ');
}
