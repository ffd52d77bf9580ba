import { configJsonSchema } from '../config/index.ts';
import { EXIT, type ExitCode } from './exit-codes.ts';
import type { Terminal } from './terminal.ts';

/** `ssw-infer schema`: the JSON schema of the config. */
export function schema(terminal: Terminal): ExitCode {
  terminal.out(JSON.stringify(configJsonSchema(), null, 2));
  return EXIT.ok;
}
