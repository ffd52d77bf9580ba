import { serveNode } from '../node/index.ts';
import { requireConfig, type ConfigOption } from './context.ts';
import type { Terminal } from './terminal.ts';

/** `ssw-infer serve`: the node in the foreground until it is told to stop. Resolves with its exit code. */
export async function serve(option: ConfigOption, terminal: Terminal): Promise<number> {
  return serveNode(await requireConfig(option, terminal));
}
