import type { NodeReport, ReplicaReport } from '../../control/index.ts';
import { headLines, remarks, stateWords, tables } from '../status-tables.ts';
import { cut, plain } from '../table.ts';
import { formatDuration } from '../terminal.ts';
import { formatRate, ratesOf, type Sample } from './rates.ts';
import type { ScreenSize } from './screen.ts';
import { formatBar, startPercent } from './start-percent.ts';

/** What is known at one moment. */
export interface WatchView {
  /** Reports to take rates from; the last one is shown. */
  readonly samples: readonly (Sample & { readonly report: NodeReport })[];
  readonly nowUnixMs: number;
  /** Since when the node has not answered, and what came instead. */
  readonly silence: { readonly forMs: number; readonly because: string } | undefined;
}

const BAR_CHARACTERS = 12;

/** The lines of one frame, no more and no wider than the screen. Pure. */
export function drawFrame(view: WatchView, size: ScreenSize): string[] {
  const foot =
    view.silence === undefined
      ? HELP
      : `NO ANSWER for ${formatDuration(view.silence.forMs)}: ${view.silence.because} · ${HELP}`;
  const body = bodyLines(view, size.columns);
  const room = Math.max(0, size.rows - 1);
  const shown =
    body.length <= room ? body : [...body.slice(0, Math.max(0, room - 1)), `… ${body.length - room + 1} more lines`];
  const filled = [...shown, ...Array<string>(Math.max(0, room - shown.length)).fill(''), foot];
  return filled.slice(-size.rows).map((it) => cut(plain(it), size.columns));
}

const HELP = 'q quits';

function bodyLines({ samples, nowUnixMs }: WatchView, columns: number): string[] {
  const report = samples.at(-1)?.report;
  if (report === undefined) return [];
  const poolExtra = { head: ['REQ/S', 'TOK IN/S', 'TOK OUT/S'], of: (pool: string) => rateCells(pool, samples) };
  const view = { nowUnixMs, columns, poolExtra, stateOf };
  return [
    ...headLines(report, nowUnixMs),
    ...tables(report, view).flatMap((it) => ['', ...it.split('\n')]),
    ...remarks(report).flatMap((it) => ['', it]),
  ];
}

function rateCells(pool: string, samples: readonly Sample[]): string[] {
  const rates = ratesOf(pool, samples);
  if (rates === undefined) return ['-', '-', '-'];
  return [rates.requests, rates.promptTokens, rates.completionTokens].map(formatRate);
}

/** `███████░░░░░  58% loading 3/5` for one that starts. */
function stateOf(replica: ReplicaReport): string {
  const percent = startPercent(replica);
  if (percent === undefined) return stateWords(replica);
  const { state, phase, progress } = replica;
  const steps = progress === null ? '' : ` ${progress.done}/${progress.total}`;
  return `${formatBar(percent, BAR_CHARACTERS)} ${phase ?? state}${steps}`;
}
