/** English text and JSON come to about four bytes a token with the tokenizers of today's models. */
const BYTES_PER_TOKEN = 4;

/** Expected length of an answer whose request does not bound it. */
const OUTPUT_TOKENS_DEFAULT = 1024;

/** OpenAI's own limit on `n`; a larger one is the engine's to refuse and must not distort the line before that. */
const CHOICES_COUNTED_MAX = 128;

/** What a request's size is guessed from. */
export interface RequestShape {
  readonly bodyBytes: number;
  /** `max_completion_tokens`, else `max_tokens`. */
  readonly outputTokensMax: number | undefined;
  /** `n`: answers wanted from one prompt. */
  readonly choices: number;
  readonly usesTools: boolean;
}

/** A guess at the prompt's length, on the high side: the body's other fields count too. Tokens. */
export function promptTokens(shape: RequestShape): number {
  return Math.ceil(shape.bodyBytes / BYTES_PER_TOKEN);
}

/** Expected KV tokens, prompt and answers together; one answer never takes more than the model's context. */
export function costTokens(shape: RequestShape, maxModelLen: number | undefined): number {
  const context = maxModelLen ?? Number.MAX_SAFE_INTEGER;
  const prompt = Math.min(promptTokens(shape), context);
  const output = Math.min(shape.outputTokensMax ?? OUTPUT_TOKENS_DEFAULT, context - prompt);
  return Math.max(prompt + output * Math.min(shape.choices, CHOICES_COUNTED_MAX), 1);
}
