import type { Plan } from '../overhead/plan.ts';
import { reportOf as overheadReport, type RequestRow, type StreamRow } from '../overhead/report.ts';
import type { Surroundings } from '../overhead/surroundings.ts';
import { ratiosOf, type Ratio } from './ratios.ts';
import { pointName, type Rounds } from './rounds.ts';

/** One whole run, as `--json` writes it. */
export interface Report extends Surroundings {
  readonly benchmark: 'peers';
  /** Who was measured, and of which version. */
  readonly peers: readonly { readonly name: string; readonly version: string }[];
  /** Who was not, and how to come by it, or why. */
  readonly absent: readonly { readonly name: string; readonly why: string }[];
  readonly rounds: number;
  readonly window_s: number;
  /** Over the last minute after the run; see the one before it. */
  readonly load_average_after: number;
  readonly requests: readonly RequestRow[];
  /** Evenly spread. */
  readonly streams: readonly StreamRow[];
  readonly streams_in_step: readonly StreamRow[];
  readonly ratios: readonly Ratio[];
  /** What could not be measured at all. */
  readonly failures: readonly { readonly target: string; readonly point: string; readonly why: string }[];
}

export type Heading = Surroundings & Pick<Report, 'peers' | 'absent' | 'load_average_after'>;

export function reportOf(heading: Heading, plan: Plan, { runs, failures }: Rounds): Report {
  const inStep = plan.points.filter((it) => it.inStep === true);
  const spread = plan.points.filter((it) => it.inStep !== true);
  const { requests, streams, rounds, window_s } = overheadReport(heading, { ...plan, points: spread }, runs);
  return {
    ...heading,
    benchmark: 'peers',
    rounds,
    window_s,
    requests,
    streams,
    streams_in_step: overheadReport(heading, { ...plan, points: inStep }, runs).streams,
    ratios: ratiosOf(runs, 'ssw-infer', 'direct'),
    failures: failures.map(({ target, point, why }) => ({ target, point: pointName(point), why })),
  };
}

/** Wrong answers in the whole run. */
export function errorsOf({ requests, streams, streams_in_step }: Report): number {
  return [...requests, ...streams, ...streams_in_step].reduce((sum, it) => sum + it.errors, 0);
}
