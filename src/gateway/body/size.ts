import type { RequestSize } from '../../queue/index.ts';
import type { Api } from '../api.ts';

/** English text and JSON come to about four bytes a token with the tokenizers of today's models. */
const BYTES_PER_TOKEN = 4;

/** What a request's size is guessed from. */
export interface RequestShape {
  readonly bodyBytes: number;
  /** `max_completion_tokens`, or what its API calls it. */
  readonly outputTokensMax: number | undefined;
  /** `min_tokens`; with `ignore_eos` the same as the longest. */
  readonly outputTokensMin: number | undefined;
  /** `n`: answers wanted from one prompt. */
  readonly choices: number;
}

/** A guess at the prompt's length, on the high side: the body's other fields count too. Tokens. */
export function promptTokens({ bodyBytes }: Pick<RequestShape, 'bodyBytes'>): number {
  return Math.ceil(bodyBytes / BYTES_PER_TOKEN);
}

/** One token: of no answer, or of no prompt that an engine's cache has to hold. */
const NEXT_TO_NOTHING = { outputTokensMax: 1, outputTokensMin: undefined, choices: 1 } as const;

/** What the queue guesses a request's cost from. */
export function requestSize(shape: RequestShape, work: Api['work'], contextTokens: number | undefined): RequestSize {
  if (work === 'count') return { ...NEXT_TO_NOTHING, promptTokens: 1, contextTokens };
  if (work === 'read') return { ...NEXT_TO_NOTHING, promptTokens: promptTokens(shape), contextTokens };
  const { outputTokensMax, outputTokensMin, choices } = shape;
  return { promptTokens: promptTokens(shape), outputTokensMax, outputTokensMin, choices, contextTokens };
}
