import type { Api } from '../api.ts';
import { applyEdits, insertMember, isNamed, topLevelMembers } from '../body/members.ts';
import { MESSAGES } from '../dialects/messages.ts';
import { apiError, type ApiError } from '../errors.ts';

/** What a request says of the length of its answer. */
export interface LengthAsked {
  readonly api: Pick<Api, 'work' | 'outputLimits' | 'dialect'>;
  readonly path: string;
  /** Answers to all its prompts together. */
  readonly choices: number;
  /** The body's field as it was sent. */
  readonly said: (field: string) => unknown;
  /** Longest prompt and answer together that the model takes; `undefined` where the config does not say. */
  readonly contextTokens: number | undefined;
}

type Limited =
  | {
      readonly ok: true;
      readonly body: Buffer;
      /** Of each answer, where the request named none and was given this. Tokens. */
      readonly givenTokens?: number;
    }
  | { readonly ok: false; readonly error: ApiError };

/**
 * Holds the answer of a request within its tenant's `max_tokens`: what asks for more is refused, as engines refuse what
 * is beyond a model; what names no length is given this one. Bodies of tenants without a limit are not touched.
 */
export function limitAnswer(body: Buffer, asked: LengthAsked, maxTokens: number | undefined): Limited {
  if (maxTokens === undefined || asked.api.work !== 'generate') return { ok: true, body };
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
  const field = fieldToFill(asked, each, body.length);
  return field === undefined
    ? { ok: true, body }
    : { ok: true, body: withNumber(body, field, each), givenTokens: each };
}

/** An engine also takes `"5"` for 5; what it would make of other forms is not ours to guess. */
function isClear(value: unknown): boolean {
  return value === undefined || value === null || (typeof value === 'number' && Number.isInteger(value) && value >= 0);
}

/** Of text completions that name none (vLLM, OpenAI). Tokens. */
const COMPLETION_TOKENS = 16;

/** The field that must hold the limit, where the engine's own choice would be longer. */
function fieldToFill(
  { api, path, said, contextTokens }: LengthAsked,
  each: number,
  bodyBytes: number,
): string | undefined {
  if (api.dialect === MESSAGES) return undefined; // there it is the client's to say, and the engine refuses who does not
  if (path === '/v1/completions') {
    const length = said('max_tokens') ?? COMPLETION_TOKENS;
    return Number(length) > each ? 'max_tokens' : undefined;
  }
  const isSaid = api.outputLimits.some((field) => typeof said(field) === 'number');
  return isSaid || !surelyFits(each, bodyBytes, contextTokens) ? undefined : api.outputLimits.at(-1);
}

/** Few texts have more tokens than one for two bytes. */
const BYTES_PER_TOKEN_LEAST = 2;
/** What chat templates add to a prompt. */
const TEMPLATE_TOKENS = 256;

/** A length that does not fit beside its prompt is refused by engines; where that may be, the context alone is the bound. */
function surelyFits(tokens: number, bodyBytes: number, contextTokens: number | undefined): boolean {
  const promptTokensMax = bodyBytes / BYTES_PER_TOKEN_LEAST + TEMPLATE_TOKENS;
  return contextTokens === undefined || tokens + promptTokensMax <= contextTokens;
}

/** Every member of that name, as the last one counts; else a new one. */
function withNumber(body: Buffer, field: string, value: number): Buffer {
  const found = [...topLevelMembers(body)].filter((it) => isNamed(body, it, field));
  if (found.length === 0) return insertMember(body, `"${field}":${value}`);
  return applyEdits(
    body,
    found.map((it) => ({ ...it.value, text: String(value) })),
  );
}

function tooLarge(field: string, tokens: number, choices: number, maxTokens: number): string {
  const asked = choices === 1 ? `${tokens}` : `${choices} answers of ${tokens}`;
  return `\`${field}\` is too large: ${asked} tokens. A request of yours may ask for ${maxTokens} at most.`;
}

function refused(param: string, problem: string): Limited {
  return { ok: false, error: apiError('invalid_request_error', { problem }, param) };
}
