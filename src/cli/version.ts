import { buildInfo } from '../node/index.ts';
import { EXIT, type ExitCode } from './exit-codes.ts';
import type { Terminal } from './terminal.ts';

/** `ssw-infer version`. */
export function version(option: { readonly json?: true }, terminal: Terminal): ExitCode {
  const { commit, bun, builtAt } = buildInfo;
  if (option.json === true)
    terminal.out(JSON.stringify({ version: buildInfo.version, commit, bun, built_at: builtAt }, null, 2));
  else terminal.out(`ssw-infer ${buildInfo.version} (commit ${commit}, bun ${bun}, built ${builtAt})`);
  return EXIT.ok;
}
