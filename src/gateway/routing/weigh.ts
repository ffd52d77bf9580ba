import type { Signals } from './signals.ts';

/** What `auto` weighs by. All in tokens: what a sign adds to the prompt's own length. */
export interface Weights {
  /** Heaviest request that is still light. */
  readonly lightTokensMax: number;
  readonly toolsTokens: number;
  readonly structuredOutputTokens: number;
  /** For each turn of the user after the first. */
  readonly turnTokens: number;
  /** Added where the client says high effort, taken away where it says low. */
  readonly effortTokens: number;
}

/** How heavy a request is found, and why. */
interface Weighing {
  readonly is: 'light' | 'heavy';
  /** For the header `x-ssw-route-reason`: known words and numbers only, whatever the request holds. */
  readonly reason: string;
}

/** Weighs a request. A score that can be retold: prompt tokens, and what each sign counts in them. */
export function weigh(promptTokens: number, signals: Signals, weights: Weights): Weighing {
  const { usesTools, isStructured, turns, effort } = signals;
  const score =
    promptTokens +
    (usesTools ? weights.toolsTokens : 0) +
    (isStructured ? weights.structuredOutputTokens : 0) +
    (turns - 1) * weights.turnTokens +
    (effort === 'high' ? weights.effortTokens : 0) -
    (effort === 'low' ? weights.effortTokens : 0);
  const is = score <= weights.lightTokensMax ? 'light' : 'heavy';
  const words = [
    `score=${score}/${weights.lightTokensMax}`,
    `prompt_tokens=${promptTokens}`,
    `turns=${turns}`,
    ...(usesTools ? ['tools'] : []),
    ...(isStructured ? ['structured_output'] : []),
    ...(effort === undefined ? [] : [`effort=${effort}`]),
  ];
  return { is, reason: `auto:${is} ${words.join(',')}` };
}
