import type { Api } from '../api.ts';
import { apiError, type ApiError } from '../errors/errors.ts';

/** What a request says of the length of its answer. */
interface LengthAsked {
  readonly api: Pick<Api, 'work' | 'outputLimits' | 'outputDefault'>;
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

/** The field that must hold the limit, where the engine's own choice would be longer; `null` asks it for all there is. */
function fieldToFill({ api, said }: LengthAsked, each: number): string | undefined {
  const field = api.outputLimits.at(-1);
  if (api.outputDefault === 'none' || field === undefined) return undefined;
  if (api.outputLimits.some((it) => typeof said(it) === 'number')) return undefined;
  const isShort = typeof api.outputDefault === 'number' && said(field) === undefined && each >= api.outputDefault;
  return isShort ? undefined : field;
}

function tooLarge(field: string, tokens: number, choices: number, maxTokens: number): string {
  const asked = choices === 1 ? `${tokens}` : `${choices} answers of ${tokens}`;
  return `\`${field}\` is too large: ${asked} tokens. A request of yours may ask for ${maxTokens} at most.`;
}

function refused(param: string, problem: string): Limited {
  return { ok: false, error: apiError('invalid_request_error', { problem }, param) };
}
