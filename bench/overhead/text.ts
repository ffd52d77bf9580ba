import type { Report, RequestRow, StreamRow } from './report.ts';
import type { Spread } from './statistics.ts';
import { formatTable } from './table.ts';

/** The report as a person reads it: where it was taken, two tables, what went wrong. */
export function formatReport(report: Report): string {
  const { machine, versions, rounds, window_s } = report;
  return [
    `${report.date} · ${report.command}`,
    `${machine.cpu}, ${machine.cores} cores, ${machine.architecture}, Linux ${machine.kernel}, load average before ${machine.load_average.toFixed(2)}`,
    `ssw-infer ${versions['ssw-infer']} (commit ${versions.commit}), Bun ${versions.bun}, Redis ${versions.redis}`,
    `median of ${rounds} rounds of ${window_s} s each, ± half of the range`,
    '',
    formatRequests(report.requests),
    '',
    formatStreams(report.streams),
    ...[...report.requests, ...report.streams].flatMap((it) => it.faults.map((fault) => `${it.target}: ${fault}`)),
  ].join('\n');
}

/** Whole answers, a target a line. */
export function formatRequests(rows: readonly RequestRow[]): string {
  return formatTable(REQUEST_COLUMNS, rows.map(requestCells));
}

/** Streams, a target a line. */
export function formatStreams(rows: readonly StreamRow[]): string {
  return formatTable(STREAM_COLUMNS, rows.map(streamCells));
}

const REQUEST_COLUMNS = [
  'connections',
  'target',
  'p50 ms',
  'p99 ms',
  'added p50 ms',
  'added p99 ms',
  'requests/s',
  'CPU s/1,000',
  'Redis CPU s/1,000',
  'RSS MB',
  'Redis RSS MB',
  'errors',
] as const;

const STREAM_COLUMNS = [
  'streams',
  'target',
  'token p50 ms',
  'token p99 ms',
  'added p50 ms',
  'added p99 ms',
  'tokens/s',
  'of',
  'CPU s/1M tokens',
  'Redis CPU s/1M tokens',
  'RSS MB',
  'Redis RSS MB',
  'errors',
] as const;

function requestCells(row: RequestRow): string[] {
  return [
    whole(row.connections),
    row.target,
    ...[row.latency_ms.p50, row.latency_ms.p99, row.added_ms?.p50, row.added_ms?.p99].map((it) => figure(it, 3)),
    figure(row.requests_per_s, 0),
    ...[row.cpu_s_per_1000_requests.gateway, row.cpu_s_per_1000_requests.redis].map((it) => figure(it, 4)),
    ...[row.rss_mb.gateway, row.rss_mb.redis].map((it) => figure(it, 0)),
    whole(row.errors),
  ];
}

function streamCells(row: StreamRow): string[] {
  return [
    whole(row.streams),
    row.target,
    ...[row.token_delay_ms.p50, row.token_delay_ms.p99, row.added_ms?.p50, row.added_ms?.p99].map((it) =>
      figure(it, 3),
    ),
    figure(row.tokens_per_s, 0),
    whole(row.tokens_per_s_offered),
    ...[row.cpu_s_per_million_tokens.gateway, row.cpu_s_per_million_tokens.redis].map((it) => figure(it, 2)),
    ...[row.rss_mb.gateway, row.rss_mb.redis].map((it) => figure(it, 0)),
    whole(row.errors),
  ];
}

/** `1.250 ±0.100`; without the range where there is none, `-` where there is no figure. */
function figure(spread: Spread | null | undefined, decimals: number): string {
  if (spread === null || spread === undefined) return '-';
  const half = (spread.max - spread.min) / 2;
  return half === 0 ? number(spread.median, decimals) : `${number(spread.median, decimals)} ±${number(half, decimals)}`;
}

function whole(value: number): string {
  return number(value, 0);
}

function number(value: number, decimals: number): string {
  return value.toLocaleString('en-US', { minimumFractionDigits: decimals, maximumFractionDigits: decimals });
}
