import type { ReplicaOperation } from '../control/index.ts';
import { findNode, type NodeOption } from './context.ts';
import { EXIT, type ExitCode } from './exit-codes.ts';
import type { Terminal } from './terminal.ts';

/** `ssw-infer restart|drain|resume REPLICA`: waits for the end, tells progress. */
export async function operate(
  operation: ReplicaOperation,
  replica: string,
  option: NodeOption,
  terminal: Terminal,
): Promise<ExitCode> {
  const result = await (await findNode(option)).operate(operation, replica, (message) => terminal.err(message));
  if (result.ok) return EXIT.ok;
  terminal.err(result.message);
  return EXIT.failed;
}
