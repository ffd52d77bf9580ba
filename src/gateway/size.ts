import type { RequestSize } from '../queue/index.ts';

/** English text and JSON come to about four bytes a token with the tokenizers of today's models. */
const BYTES_PER_TOKEN = 4;

/** What a request's size is guessed from. */
export interface RequestShape {
  readonly bodyBytes: number;
  /** `max_completion_tokens`, else `max_tokens`. */
  readonly outputTokensMax: number | undefined;
  /** `min_tokens`; with `ignore_eos` the same as the longest. */
  readonly outputTokensMin: number | undefined;
  /** `n`: answers wanted from one prompt. */
  readonly choices: number;
  readonly usesTools: boolean;
}

/** A guess at the prompt's length, on the high side: the body's other fields count too. Tokens. */
export function promptTokens({ bodyBytes }: Pick<RequestShape, 'bodyBytes'>): number {
  return Math.ceil(bodyBytes / BYTES_PER_TOKEN);
}

/** What the queue guesses a request's cost from. */
export function requestSize(shape: RequestShape, contextTokens: number | undefined): RequestSize {
  const { outputTokensMax, outputTokensMin, choices } = shape;
  return { promptTokens: promptTokens(shape), outputTokensMax, outputTokensMin, choices, contextTokens };
}
