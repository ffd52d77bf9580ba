import { formatHeading } from '../node/heading.ts';
import type { Surroundings } from '../overhead/surroundings.ts';
import { formatTable } from '../overhead/table.ts';
import type { Idle, Usage } from './measure.ts';

/** What one role took. */
interface UsageRow {
  readonly cpu_percent_of_a_core: number;
  readonly rss_mb: number;
}

/** One whole run, as `--json` writes it. */
export interface Report extends Surroundings {
  readonly benchmark: 'idle';
  readonly rows: readonly {
    readonly replicas: number;
    readonly window_s: number;
    readonly supervisor: UsageRow;
    readonly redis: UsageRow;
    readonly engines: UsageRow;
  }[];
}

const BYTES_PER_MB = 1_000_000;

export function reportOf(surroundings: Surroundings, measured: readonly Idle[]): Report {
  const rows = measured.map(({ replicas, windowMs, supervisor, redis, engines }) => ({
    replicas,
    window_s: windowMs / 1000,
    supervisor: usageRow(supervisor),
    redis: usageRow(redis),
    engines: usageRow(engines),
  }));
  return { benchmark: 'idle', ...surroundings, rows };
}

const usageRow = ({ cpuShare, residentBytes }: Usage): UsageRow => ({
  cpu_percent_of_a_core: cpuShare * 100,
  rss_mb: residentBytes / BYTES_PER_MB,
});

const COLUMNS = ['replicas', 'role', 'CPU, % of a core', 'RSS MB'] as const;

/** The report as a person reads it: where it was taken, then a table. */
export function formatReport(report: Report): string {
  const rows = report.rows.flatMap((it) =>
    (['supervisor', 'redis', 'engines'] as const).map((role) => [
      String(it.replicas),
      role,
      it[role].cpu_percent_of_a_core.toFixed(2),
      it[role].rss_mb.toFixed(0),
    ]),
  );
  const windowS = report.rows[0]?.window_s.toFixed(0) ?? '';
  return [formatHeading(report), `over ${windowS} s without a request`, '', formatTable(COLUMNS, rows)].join('\n');
}
