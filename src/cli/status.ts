import { InvalidArgumentError, type Command } from 'commander';
import type { ControlClient, NodeReport } from '../control/index.ts';
import type { CommandTools, JsonOption } from './command.ts';
import { findNode, type NodeOption } from './context.ts';
import { EXIT, type ExitCode } from './exit-codes.ts';
import { headLines, remarks, tables } from './status-tables.ts';
import { systemClock as clock, delay } from '../telemetry/index.ts';
import type { Terminal } from './terminal.ts';
import { LEAVE_SCREEN, openLiveTerminal, watchStatus } from './watch/index.ts';

/** Flags of `status`. */
interface StatusOption extends NodeOption, JsonOption {
  readonly watch?: true;
  readonly interval: number;
}

const INTERVAL_S_DEFAULT = 1;
const INTERVAL_S_MIN = 0.1;
const INTERVAL_S_MAX = 3600;

export function addStatus(program: Command, { terminal, remote, json, ends }: CommandTools): void {
  json(remote(program.command('status').description('pools, replicas and cards of the running node')))
    .option('-w, --watch', 'a live screen until q or Ctrl-C; with --json a line for each look')
    .option('--interval <seconds>', 'between two looks of --watch', parseInterval, INTERVAL_S_DEFAULT)
    .action((option: StatusOption) => ends(status(option, terminal)));
}

function parseInterval(text: string): number {
  const seconds = Number(text);
  if (seconds >= INTERVAL_S_MIN && seconds <= INTERVAL_S_MAX) return seconds;
  throw new InvalidArgumentError(`it is between ${INTERVAL_S_MIN} and ${INTERVAL_S_MAX} seconds`);
}

/** `ssw-infer status`: what runs, in tables; exit 0 whether or not all is ready. */
async function status(option: StatusOption, terminal: Terminal): Promise<ExitCode> {
  const node = await findNode(option);
  const intervalMs = option.interval * 1000;
  if (option.watch === true && option.json === true) return followStatus(node, intervalMs, terminal);
  if (option.watch === true) return watch(node, intervalMs, terminal);
  const report = await node.status();
  terminal.out(
    option.json === true ? JSON.stringify(report, null, 2) : formatStatus(report, Date.now(), terminal.columns),
  );
  return EXIT.ok;
}

async function watch(node: ControlClient, intervalMs: number, terminal: Terminal): Promise<ExitCode> {
  const first = await node.status();
  const screen = openLiveTerminal(LEAVE_SCREEN);
  if (screen === undefined) {
    terminal.err('--watch needs a terminal; in a pipe take `status --watch --json`, a line for each look');
    return EXIT.usage;
  }
  await watchStatus(first, intervalMs, { node, screen, clock, nowUnixMs: Date.now });
  return EXIT.ok;
}

/** Until it is ended from outside, or the node goes away. */
async function followStatus(node: ControlClient, intervalMs: number, terminal: Terminal): Promise<ExitCode> {
  for (;;) {
    terminal.out(JSON.stringify(await node.status()));
    await delay(clock, intervalMs);
  }
}

/** The report as a person reads it. `nowUnixMs` dates the ages. */
export function formatStatus(report: NodeReport, nowUnixMs: number, columns: number | undefined): string {
  return [
    ...headLines(report, nowUnixMs),
    ...tables(report, { nowUnixMs, columns }).flatMap((it) => ['', it]),
    ...remarks(report).flatMap((it) => ['', it]),
  ].join('\n');
}
