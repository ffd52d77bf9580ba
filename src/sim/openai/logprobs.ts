import type { Piece } from '../reply/piece.ts';

/** The log probability of every simulated token: a model that is rather sure. */
const LOGPROB = -0.125;

/** Pieces that are neighbours come as one; in prose a word is a token. */
const tokensOf = (told: readonly Piece[]): readonly string[] => told.flatMap(({ text }) => text.match(/\s*\S+/g) ?? []);

/** The chat shape. */
export const chatLogprobs = (told: readonly Piece[]): unknown => ({
  content: tokensOf(told).map((text) => ({
    token: text,
    logprob: LOGPROB,
    bytes: [...Buffer.from(text)],
    top_logprobs: [],
  })),
});

/** The text shape. */
export function textLogprobs(told: readonly Piece[], offset: number): unknown {
  let at = offset;
  const tokens = tokensOf(told);
  const textOffset = tokens.map((text) => {
    const here = at;
    at += text.length;
    return here;
  });
  return {
    text_offset: textOffset,
    token_logprobs: tokens.map(() => LOGPROB),
    tokens,
    top_logprobs: tokens.map(() => ({})),
  };
}
