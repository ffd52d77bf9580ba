import type { Api } from '../api.ts';
import { MESSAGES } from '../dialects/messages.ts';
import { apiError, type ApiError } from '../errors/errors.ts';

/** What a request says of the length of its answer. */
export interface LengthAsked {
  readonly api: Pick<Api, 'work' | 'outputLimits' | 'dialect'>;
  readonly path: string;
  /** Answers to all its prompts together. */
  readonly choices: number;
  /** The body's field as it was sent. */
  readonly said: (field: string) => unknown;
}

/** Of a request that names no length itself, or that its engine would give a longer answer than it may have. */
export interface LengthToFill {
  readonly field: string;
  /** Most of each answer. Tokens. */
  readonly tokensMax: number;
}

type Limited =
  { readonly ok: true; readonly toFill?: LengthToFill | undefined } | { readonly ok: false; readonly error: ApiError };

/**
 * Holds the answer of a request within its tenant's `max_tokens`: what asks for more is refused, as engines refuse what
 * is beyond a model; what names no length is to be given one, see `fillLength`.
 */
export function limitAnswer(asked: LengthAsked, maxTokens: number | undefined): Limited {
  if (maxTokens === undefined || asked.api.work !== 'generate') return { ok: true };
  const { api, said, choices } = asked;
  const unclear = [...api.outputLimits, 'n'].find((field) => !isClear(said(field)));
  if (unclear !== undefined) return refused(unclear, `\`${unclear}\` must be a whole number.`);
  const each = Math.floor(maxTokens / choices);
  if (each < 1)
    return refused('n', `${choices} answers are too many: a request of yours may ask for ${maxTokens} tokens at most.`);
  for (const field of api.outputLimits) {
    const tokens = Number(said(field) ?? 0);
    if (tokens > each) return refused(field, tooLarge(field, tokens, choices, maxTokens));
  }
  const field = fieldToFill(asked, each);
  return { ok: true, toFill: field === undefined ? undefined : { field, tokensMax: each } };
}

/** An engine also takes `"5"` for 5; what it would make of other forms is not ours to guess. */
function isClear(value: unknown): boolean {
  return value === undefined || value === null || (typeof value === 'number' && Number.isInteger(value) && value >= 0);
}

/** Of text completions that name none (vLLM, OpenAI); `null` is no name, but asks vLLM for the rest of the context. */
const COMPLETION_TOKENS = 16;

/** The field that must hold the limit, where the engine's own choice would be longer. */
function fieldToFill({ api, path, said }: LengthAsked, each: number): string | undefined {
  if (api.dialect === MESSAGES) return undefined; // there it is the client's to say, and the engine refuses who does not
  if (api.outputLimits.some((field) => typeof said(field) === 'number')) return undefined;
  const field = api.outputLimits.at(-1);
  const isShort = path === '/v1/completions' && said('max_tokens') === undefined && each >= COMPLETION_TOKENS;
  return isShort ? undefined : field;
}

function tooLarge(field: string, tokens: number, choices: number, maxTokens: number): string {
  const asked = choices === 1 ? `${tokens}` : `${choices} answers of ${tokens}`;
  return `\`${field}\` is too large: ${asked} tokens. A request of yours may ask for ${maxTokens} at most.`;
}

function refused(param: string, problem: string): Limited {
  return { ok: false, error: apiError('invalid_request_error', { problem }, param) };
}
