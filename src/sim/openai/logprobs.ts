import type { Piece } from '../reply/piece.ts';

/** The log probability of every simulated token: a model that is rather sure. */
const LOGPROB = -0.125;

/** The chat shape, one entry for each piece told together. */
export const chatLogprobs = (told: readonly Piece[]): unknown => ({
  content: told.map(({ text }) => ({
    token: text,
    logprob: LOGPROB,
    bytes: [...Buffer.from(text)],
    top_logprobs: [],
  })),
});

/** The text shape. */
export function textLogprobs(told: readonly Piece[], offset: number): unknown {
  let at = offset;
  const textOffset = told.map(({ text }) => {
    const here = at;
    at += text.length;
    return here;
  });
  return {
    text_offset: textOffset,
    token_logprobs: told.map(() => LOGPROB),
    tokens: told.map(({ text }) => text),
    top_logprobs: told.map(() => ({})),
  };
}
