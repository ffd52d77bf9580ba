import type { OutputLine } from '../control/index.ts';
import { findNode, type NodeOption } from './context.ts';
import { EXIT, type ExitCode } from './exit-codes.ts';
import type { Terminal } from './terminal.ts';

/** Flags of `logs`. */
export interface LogsOption extends NodeOption {
  readonly follow?: true;
  readonly lines?: number;
  readonly json?: true;
}

/** `ssw-infer logs [REPLICA]`: what engines wrote, the supervisor's events between, each line tagged. */
export async function logs(replica: string | undefined, option: LogsOption, terminal: Terminal): Promise<ExitCode> {
  const node = await findNode(option);
  const show = option.json === true ? formatRecord : formatLine;
  const lines = node.output({ replica, lines: option.lines, follow: option.follow === true });
  for await (const line of lines) terminal.out(show(line));
  return EXIT.ok;
}

/** One record; a stable contract (docs/cli-json.md). */
function formatRecord({ atUnixMs, ...rest }: OutputLine): string {
  return JSON.stringify({ at: new Date(atUnixMs).toISOString(), ...rest });
}

function formatLine({ atUnixMs, replica, from, text }: OutputLine): string {
  return `${new Date(atUnixMs).toISOString()} ${replica} ${from === 'supervisor' ? '▸ ' : ''}${text}`;
}
