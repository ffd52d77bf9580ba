import { apiError, type ApiError } from './errors.ts';
import { JSON_DEPTH_MAX, nestsTooDeep } from './json-depth.ts';

/** The few fields of a request that routing and accounting read. All others are the engine's to judge. */
interface GenerationFields {
  readonly model: string | undefined;
  readonly outputTokensMax: number | undefined;
  /** `min_tokens`, or the longest there may be where the end of the answer is ignored. */
  readonly outputTokensMin: number | undefined;
  readonly choices: number;
  readonly usesTools: boolean;
  readonly streams: boolean;
}

type FieldsRead =
  { readonly ok: true; readonly fields: GenerationFields } | { readonly ok: false; readonly error: ApiError };

/** Bytes that are not UTF-8 are refused: decoded with replacements they would not be what the client sent. */
const decoder = new TextDecoder('utf-8', { fatal: true });

/** Reads a body's fields. Fields of a wrong type count as absent, as the engine says it better; `model` must be text. */
export function readFields(body: Buffer): FieldsRead {
  if (nestsTooDeep(body)) return notJson(`it nests deeper than ${JSON_DEPTH_MAX} levels`);
  const parsed = parse(body);
  if (!parsed.ok) return notJson(parsed.problem);
  if (!isRecord(parsed.value)) return notJson('its outermost value is something else');
  const { model, max_completion_tokens, max_tokens, min_tokens, ignore_eos, n, tools, stream } = parsed.value;
  const outputTokensMax = count(max_completion_tokens) ?? count(max_tokens);
  if (typeof model !== 'string' && model !== undefined && model !== null) {
    return { ok: false, error: apiError('invalid_request_error', { problem: '`model` must be a string.' }, 'model') };
  }
  const fields = {
    model: model ?? undefined,
    outputTokensMax,
    outputTokensMin: ignore_eos === true ? outputTokensMax : count(min_tokens),
    choices: count(n) ?? 1,
    usesTools: Array.isArray(tools) && tools.length > 0,
    streams: stream === true,
  };
  return { ok: true, fields };
}

type Parsed = { readonly ok: true; readonly value: unknown } | { readonly ok: false; readonly problem: string };

function parse(body: Buffer): Parsed {
  try {
    return { ok: true, value: JSON.parse(decoder.decode(body)) };
  } catch (cause) {
    // A SyntaxError tells of the text; TypeError and RangeError come from the decoder and from the parser's stack.
    return { ok: false, problem: cause instanceof SyntaxError ? 'it does not parse' : 'it cannot be decoded' };
  }
}

function notJson(problem: string): FieldsRead {
  return { ok: false, error: apiError('invalid_json', { problem }) };
}

function count(value: unknown): number | undefined {
  return typeof value === 'number' && Number.isInteger(value) && value > 0 ? value : undefined;
}

function isRecord(value: unknown): value is Record<string, unknown> & Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** The keys read above; what stands under them is not known yet. */
interface Fields {
  readonly model?: unknown;
  readonly max_completion_tokens?: unknown;
  readonly max_tokens?: unknown;
  readonly min_tokens?: unknown;
  readonly ignore_eos?: unknown;
  readonly n?: unknown;
  readonly tools?: unknown;
  readonly stream?: unknown;
}
