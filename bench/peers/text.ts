import { formatHeading } from '../node/heading.ts';
import type { Spread } from '../overhead/statistics.ts';
import { formatTable } from '../overhead/table.ts';
import { formatRequests, formatStreams } from '../overhead/text.ts';
import type { Ratio } from './ratios.ts';
import type { Report } from './report.ts';

/** The report as a person reads it: where and with whom, the tables, what went wrong. */
export function formatReport(report: Report): string {
  const { requests, streams, streams_in_step } = report;
  const faults = [...requests, ...streams, ...streams_in_step].flatMap(({ target, faults: all }) =>
    all.map((it) => `${target}: ${it}`),
  );
  return [
    formatHeading(report),
    `load average after ${report.load_average_after.toFixed(2)}`,
    `peers: ${report.peers.map((it) => `${it.name} ${it.version}`).join(', ')}`,
    ...report.absent.map((it) => `not measured: ${it.name} (${it.why})`),
    `median of ${report.rounds} rounds of ${report.window_s} s each, ± half of the range`,
    '',
    formatRequests(requests),
    '',
    'streams, evenly spread',
    '',
    formatStreams(streams),
    '',
    'streams in step: all tokens of a step at the same moment',
    '',
    formatStreams(streams_in_step),
    '',
    'ssw-infer over its peers, round by round',
    '',
    formatTable(RATIO_COLUMNS, report.ratios.map(ratioCells)),
    ...report.failures.map(({ target, point, why }) => `${target}: ${point} could not be measured: ${why}`),
    ...faults,
  ].join('\n');
}

const RATIO_COLUMNS = ['at', 'ssw-infer over', 'CPU', 'CPU with Redis', 'p50', 'added p99', 'rate'] as const;

function ratioCells(it: Ratio): string[] {
  const figures = [it.cpu_per_unit, it.cpu_per_unit_with_redis, it.p50, it.added_p99, it.units_per_second];
  return [it.point, it.peer, ...figures.map(figure)];
}

/** `1.25 (1.10 to 1.31)`; `-` where there is none. */
function figure(spread: Spread | null): string {
  if (spread === null) return '-';
  const [median, min, max] = [spread.median, spread.min, spread.max].map((it) => it.toFixed(2));
  return min === max ? `${median}` : `${median} (${min} to ${max})`;
}
