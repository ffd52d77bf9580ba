import type { ChangeEnding } from '../control/index.ts';
import { EXIT, type ExitCode } from './exit-codes.ts';
import { withProgress } from './progress.ts';
import type { Terminal } from './terminal.ts';

type Ending = ChangeEnding | { readonly ok: false; readonly message: string };

interface ChangeOptions {
  readonly wait: boolean;
  /** The end is printed as JSON (docs/cli-json.md). */
  readonly json: boolean;
  readonly terminal: Terminal;
}

/**
 * Waits for a change of what the node runs, telling how it goes: with `wait` to its end, else until its plan is accepted.
 * What is refused is told as the result, without a word before.
 */
export async function awaitChange(
  what: string,
  { wait, json, terminal }: ChangeOptions,
  run: (tell: (line: string) => void) => Promise<Ending>,
): Promise<ExitCode> {
  const accepted = Promise.withResolvers<undefined>();
  const ending = await withProgress(what, terminal, (tell) => {
    const ended = run((line) => {
      tell(line);
      accepted.resolve(undefined);
    });
    return wait ? ended : Promise.race([ended, accepted.promise]);
  });
  if (json) terminal.out(JSON.stringify(ending ?? { ok: true }));
  if (ending === undefined || ending.ok) return EXIT.ok;
  if (!json) terminal.err(ending.message);
  return 'result' in ending && ending.result === 'refused' ? EXIT.config : EXIT.failed;
}
