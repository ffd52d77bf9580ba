import { serveNode, type ServeOutcome } from '../node/index.ts';
import { requireConfig, type ConfigOption } from './context.ts';
import { EXIT, type ExitCode } from './exit-codes.ts';
import type { Terminal } from './terminal.ts';

const CODES: Readonly<Record<ServeOutcome, ExitCode>> = {
  stopped: EXIT.ok,
  locked: EXIT.temporary,
  no_redis: EXIT.unavailable,
  failed: EXIT.failed,
};

/** `ssw-infer serve`: the node in the foreground until it is told to stop. */
export async function serve(option: ConfigOption, terminal: Terminal): Promise<ExitCode> {
  return CODES[await serveNode(await requireConfig(option, terminal))];
}
