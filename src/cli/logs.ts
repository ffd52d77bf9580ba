import type { Command } from 'commander';
import type { ControlClient, OutputLine } from '../control/index.ts';
import { parseCount, type CommandTools, type JsonOption } from './command.ts';
import { findNode, type NodeOption } from './context.ts';
import { EXIT, type ExitCode } from './exit-codes.ts';
import { plain } from './table.ts';
import type { Terminal } from './terminal.ts';

/** Flags of `logs`. */
interface LogsOption extends NodeOption, JsonOption {
  readonly follow?: true;
  readonly lines?: number;
}

export function addLogs(program: Command, { terminal, remote, json, ends }: CommandTools): void {
  json(remote(program.command('logs').description('output of the engines, the supervisor’s events between')))
    .argument('[replica]')
    .option('-f, --follow', 'go on with what comes')
    .option('-n, --lines <count>', 'only the last lines', parseCount)
    .action((replica: string | undefined, option: LogsOption) => ends(logs(replica, option, terminal)));
}

/** `ssw-infer logs [REPLICA]`: what engines wrote, the supervisor's events between, names in a column. */
async function logs(replica: string | undefined, option: LogsOption, terminal: Terminal): Promise<ExitCode> {
  const node = await findNode(option);
  const names = await namesOf(node);
  if (replica !== undefined && !names.includes(replica)) {
    terminal.err(`no replica "${replica}"; replicas are: ${names.join(', ')}`);
    return EXIT.failed;
  }
  const width = Math.max(...(replica === undefined ? names : [replica]).map((it) => it.length));
  const show =
    option.json === true
      ? formatRecord
      : (line: OutputLine) =>
          formatLine(terminal.columns === undefined ? line : { ...line, text: plain(line.text) }, width);
  const lines = node.output({ replica, lines: option.lines, follow: option.follow === true });
  for await (const line of lines) terminal.out(show(line));
  if (option.follow !== true) return EXIT.ok;
  terminal.err('the node has gone');
  return EXIT.unavailable;
}

async function namesOf(node: ControlClient): Promise<string[]> {
  return (await node.status()).replicas.map((it) => it.name);
}

/** One record; a stable contract (docs/cli-json.md). */
function formatRecord({ atUnixMs, ...rest }: OutputLine): string {
  return JSON.stringify({ at: new Date(atUnixMs).toISOString(), ...rest });
}

/** `2026-01-01T00:00:00.000Z heavy-0  text`; the supervisor's own after a mark. A replica that came later may be wider. */
export function formatLine({ atUnixMs, replica, from, text }: OutputLine, width: number): string {
  const mark = from === 'supervisor' ? '▸ ' : '';
  return `${new Date(atUnixMs).toISOString()} ${replica.padEnd(width)}  ${mark}${text}`;
}
