import type { Prompt, PromptSet } from '../config/index.ts';

/** How the tries of one prompt stand. */
export interface PromptTally {
  readonly passed: number;
  readonly failed: number;
}

export type PromptStanding = 'passed' | 'failed' | 'open';

/** A share of few: 0.1 + 0.2 must not come out above 0.3. */
const ROUNDING = 1e-9;

/** What a prompt is, as far as its tries tell: decided as soon as those to come cannot change it. */
export function standingOf({ repeat, minPassRatio }: Prompt, { passed, failed }: PromptTally): PromptStanding {
  const needed = Math.ceil(repeat * minPassRatio - ROUNDING);
  if (repeat - failed < needed) return 'failed';
  return passed + failed === repeat ? 'passed' : 'open';
}

/** What the set is: `lost` as soon as the prompts that are open cannot save it. At least one must pass. */
export function standingOfSet(
  { minPassRatio }: Pick<PromptSet, 'minPassRatio'>,
  prompts: readonly { readonly prompt: Pick<Prompt, 'required'>; readonly standing: PromptStanding }[],
): 'passed' | 'lost' | 'open' {
  const failed = prompts.filter((it) => it.standing === 'failed');
  const needed = Math.max(1, Math.ceil(prompts.length * minPassRatio - ROUNDING));
  if (failed.some((it) => it.prompt.required) || prompts.length - failed.length < needed) return 'lost';
  return prompts.some((it) => it.standing === 'open') ? 'open' : 'passed';
}
