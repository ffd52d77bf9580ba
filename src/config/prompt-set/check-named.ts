import type { LoadResult } from '../load.ts';
import { isShippedSet, loadPromptSet } from './parse.ts';

/** A config that is valid but for the file of prompts it names, if it names one: that file's problems, at their own places. */
export async function checkPromptSet(loaded: LoadResult): Promise<LoadResult> {
  if (!loaded.ok) return loaded;
  const { smoke } = loaded.config.eval;
  if (typeof smoke !== 'string' || isShippedSet(smoke)) return loaded;
  const read = await loadPromptSet(smoke);
  return read.ok ? loaded : { ok: false, problems: read.problems };
}
