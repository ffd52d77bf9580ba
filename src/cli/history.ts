import type { Command } from 'commander';
import type { Transition } from '../control/index.ts';
import type { CommandTools, JsonOption } from './command.ts';
import { findNode, type NodeOption } from './context.ts';
import { EXIT, type ExitCode } from './exit-codes.ts';
import { formatTable } from './table.ts';
import type { Terminal } from './terminal.ts';

export function addHistory(program: Command, { terminal, remote, json, ends }: CommandTools): void {
  json(remote(program.command('history').description('the last transitions of a replica')))
    .argument('<replica>')
    .action((replica: string, option: NodeOption & JsonOption) => ends(history(replica, option, terminal)));
}

/** `ssw-infer history REPLICA`: its last transitions, oldest first. */
export async function history(replica: string, option: NodeOption & JsonOption, terminal: Terminal): Promise<ExitCode> {
  const transitions = await (await findNode(option)).history(replica);
  if (transitions.length === 0) {
    terminal.err(`nothing is known of a replica "${replica}"; \`ssw-infer status\` lists them`);
    return EXIT.failed;
  }
  if (option.json === true) for (const it of transitions) terminal.out(formatRecord(it));
  else
    terminal.out(
      formatTable([['AT', 'FROM', 'TO', 'BECAUSE', 'PHASE', 'CAUSE'], ...transitions.map(row)], terminal.columns),
    );
  return EXIT.ok;
}

/** One record; a stable contract (docs/cli-json.md). */
function formatRecord({ atUnixMs, from, to, because, phase, cause }: Transition): string {
  const at = new Date(atUnixMs).toISOString();
  return JSON.stringify({ at, from, to, because, phase: phase ?? null, cause: cause ?? null });
}

function row({ atUnixMs, from, to, because, phase, cause }: Transition): string[] {
  return [new Date(atUnixMs).toISOString(), from, to, because, phase ?? '-', cause ?? '-'];
}
