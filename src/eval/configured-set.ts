import { formatProblem, isShippedSet, loadPromptSet, type PromptSet } from '../config/index.ts';
import { shippedSet } from './shipped.ts';

/** What `eval.smoke` of a config comes to: a set, none, or a file that is gone or broken since the config was read. */
export type ConfiguredSet =
  { readonly ok: true; readonly set: PromptSet | undefined } | { readonly ok: false; readonly cause: string };

/** The set that a config names: one of the program by its name, a file by its path, none where it says `false`. */
export async function configuredSet(smoke: string | false | undefined): Promise<ConfiguredSet> {
  if (smoke === false) return { ok: true, set: undefined };
  if (smoke === undefined || isShippedSet(smoke)) return { ok: true, set: shippedSet(smoke ?? 'smoke') };
  const loaded = await loadPromptSet(smoke);
  return loaded.ok ? loaded : { ok: false, cause: loaded.problems.map(formatProblem).join('\n') };
}
