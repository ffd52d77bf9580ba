import { applyEdits, insertMember, isNamed, topLevelMembers } from '../body/members.ts';
import type { LengthToFill } from './answer-limit.ts';

interface Filled {
  readonly body: Buffer;
  /** Most of each answer; `undefined` where the context alone is the bound. Tokens. */
  readonly outputTokensMax: number | undefined;
}

/**
 * Writes a length into a request that names none, for a pool with this context: the limit, or less where it might not fit
 * beside a long prompt. What was filled for another pool is filled anew.
 */
export function fillLength(
  body: Buffer,
  { field, tokensMax }: LengthToFill,
  contextTokens: number | undefined,
): Filled {
  const outputTokensMax = lengthWithin(tokensMax, body.length, contextTokens);
  return { body: withNumber(body, field, outputTokensMax), outputTokensMax };
}

/** Few texts have more tokens than one for two bytes. */
const BYTES_PER_TOKEN_LEAST = 2;
/** What chat templates add to a prompt. */
const TEMPLATE_TOKENS = 256;
/** This much of a context is left to the answer of a prompt that may fill all of it. */
const ANSWER_SHARE_LEAST = 0.5;

/**
 * Never more than the limit: bytes tell how long a prompt may be and not how long it is, so they may shorten an answer but
 * lift no limit. A limit that the context cannot reach needs no word.
 */
function lengthWithin(tokensMax: number, bodyBytes: number, contextTokens: number | undefined): number | undefined {
  if (contextTokens === undefined) return tokensMax;
  if (tokensMax >= contextTokens) return undefined;
  const promptTokensMax = Math.ceil(bodyBytes / BYTES_PER_TOKEN_LEAST) + TEMPLATE_TOKENS;
  const shareTokens = Math.ceil(contextTokens * ANSWER_SHARE_LEAST);
  return Math.min(tokensMax, Math.max(contextTokens - promptTokensMax, shareTokens));
}

/** Every member of that name, as the last one counts; else a new one. `null` says what no member says. */
function withNumber(body: Buffer, field: string, value: number | undefined): Buffer {
  const found = [...topLevelMembers(body)].filter((it) => isNamed(body, it, field));
  if (found.length === 0) return value === undefined ? body : insertMember(body, `"${field}":${value}`);
  return applyEdits(
    body,
    found.map((it) => ({ ...it.value, text: String(value ?? null) })),
  );
}
