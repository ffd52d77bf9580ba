import type { Command } from 'commander';
import type { CommandTools, JsonOption } from './command.ts';
import { findNode, type NodeOption } from './context.ts';
import { EXIT, type ExitCode } from './exit-codes.ts';
import { formatTable } from './table.ts';
import type { Terminal } from './terminal.ts';

export function addQuarantine(program: Command, { terminal, remote, json, ends }: CommandTools): void {
  const command = program
    .command('quarantine')
    .description('requests that are refused because they killed three engines');
  json(remote(command)).action((option: NodeOption & JsonOption) => ends(quarantine(option, terminal)));
  remote(command.command('release').description('let one, or all, run again'))
    .argument('<fingerprint|all>')
    .action((fingerprint: string, _option: NodeOption, it: Command) =>
      ends(release(fingerprint, it.optsWithGlobals(), terminal)),
    );
}

/** `ssw-infer quarantine`: requests that are refused because they killed three engines. */
export async function quarantine(option: NodeOption & JsonOption, terminal: Terminal): Promise<ExitCode> {
  const requests = await (await findNode(option)).quarantined();
  const rows = requests.map((it) => [it.fingerprint, it.pool, it.until]);
  if (option.json === true) terminal.out(JSON.stringify(requests, null, 2));
  else if (rows.length === 0) terminal.out('no request is quarantined');
  else terminal.out(formatTable([['FINGERPRINT', 'POOL', 'UNTIL'], ...rows], terminal.columns));
  return EXIT.ok;
}

/** `ssw-infer quarantine release FINGERPRINT|all`: lets them run again. */
export async function release(fingerprint: string, option: NodeOption, terminal: Terminal): Promise<ExitCode> {
  const released = await (await findNode(option)).release(fingerprint);
  terminal.err(released === 1 ? '1 request may run again' : `${released} requests may run again`);
  return released > 0 || fingerprint === 'all' ? EXIT.ok : EXIT.failed;
}
