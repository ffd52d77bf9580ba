import type { Command } from 'commander';
import { REPLICA_OPERATIONS, type ReplicaOperation } from '../control/index.ts';
import type { CommandTools } from './command.ts';
import { findNode, type NodeOption } from './context.ts';
import { EXIT, type ExitCode } from './exit-codes.ts';
import { withProgress } from './progress.ts';
import type { Terminal } from './terminal.ts';

const DESCRIPTION: Readonly<Record<ReplicaOperation, string>> = {
  restart: 'drain, stop and start a replica; also brings back a failed one',
  drain: 'give a replica no new work and wait until it is idle',
  resume: 'open a drained replica again',
};

export function addOperations(program: Command, { terminal, remote, ends }: CommandTools): void {
  for (const operation of REPLICA_OPERATIONS)
    remote(program.command(operation).description(DESCRIPTION[operation]))
      .argument('<replica>')
      .action((replica: string, option: NodeOption) => ends(operate(operation, replica, option, terminal)));
}

/** `ssw-infer restart|drain|resume REPLICA`: waits for the end, tells progress. */
export async function operate(
  operation: ReplicaOperation,
  replica: string,
  option: NodeOption,
  terminal: Terminal,
): Promise<ExitCode> {
  const node = await findNode(option);
  const result = await withProgress(`${operation} ${replica}`, terminal, (tell) =>
    node.operate(operation, replica, tell),
  );
  if (result.ok) return EXIT.ok;
  terminal.err(result.message);
  return EXIT.failed;
}
