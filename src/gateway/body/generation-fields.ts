import type { Priority } from '../../queue/index.ts';
import type { Api } from '../api.ts';
import { apiError, type ApiError } from '../errors/errors.ts';
import { isRecord } from './json.ts';
import { tooCostly } from './json-shape.ts';
import { laxBoolean } from './lax-boolean.ts';
import { readSignals, type Signals } from '../routing/signals.ts';
import { priorityOfTier } from './service-tier.ts';
import { usageWish, type UsageWish } from './usage-wish.ts';

/** The few fields of a request that routing and accounting read. All others are the engine's to judge. */
interface GenerationFields {
  readonly model: string | undefined;
  readonly outputTokensMax: number | undefined;
  /** `min_tokens`, or the longest there may be where the end of the answer is ignored. */
  readonly outputTokensMin: number | undefined;
  /** `n`, for each of its prompts. */
  readonly choices: number;
  /** What `auto` weighs besides the length; read where it does. */
  readonly signals: () => Signals;
  readonly streams: boolean;
  /** How it stands to a stream's usage. */
  readonly usageWish: UsageWish;
  /** What its `service_tier` asks for. */
  readonly tierPriority: Priority | undefined;
  /** Any field as it was sent. */
  readonly said: (field: string) => unknown;
}

type FieldsRead =
  { readonly ok: true; readonly fields: GenerationFields } | { readonly ok: false; readonly error: ApiError };

/** Bytes that are not UTF-8 are refused: decoded with replacements they would not be what the client sent. */
const decoder = new TextDecoder('utf-8', { fatal: true });

/** Reads a body's fields. Fields of a wrong type count as absent, as the engine says it better; `model` must be text. */
export function readFields(body: Buffer, { outputLimits, work }: Pick<Api, 'outputLimits' | 'work'>): FieldsRead {
  const costly = tooCostly(body);
  if (costly !== undefined) return notJson(costly);
  const parsed = decodeJson(body);
  if (!parsed.ok) return notJson(parsed.problem);
  if (!isRecord(parsed.value)) return notJson('its outermost value is something else');
  const record = parsed.value;
  const { model, min_tokens, ignore_eos, n, prompt, stream, stream_options, service_tier } = record;
  const outputTokensMax = outputLimits.map((field) => count(record[field])).find((it) => it !== undefined);
  if (typeof model !== 'string' && model !== undefined && model !== null) {
    return { ok: false, error: apiError('invalid_request_error', { problem: '`model` must be a string.' }, 'model') };
  }
  const fields = {
    model: model ?? undefined,
    outputTokensMax,
    outputTokensMin: ignore_eos === true ? outputTokensMax : count(min_tokens),
    choices: (count(n) ?? 1) * promptsIn(prompt),
    signals: () => readSignals(record),
    streams: work === 'generate' && laxBoolean(stream) === true, // nothing else has a stream, whatever is asked
    usageWish: usageWish(stream_options),
    tierPriority: priorityOfTier(service_tier),
    said: (field: string) => record[field],
  };
  return { ok: true, fields };
}

type Decoded = { readonly ok: true; readonly value: unknown } | { readonly ok: false; readonly problem: string };

function decodeJson(body: Buffer): Decoded {
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

/** Text completions take several prompts in one request; a list of numbers is the tokens of one. */
function promptsIn(prompt: unknown): number {
  return Array.isArray(prompt) && typeof prompt[0] !== 'number' ? Math.max(prompt.length, 1) : 1;
}

function count(value: unknown): number | undefined {
  return typeof value === 'number' && Number.isInteger(value) && value > 0 ? value : undefined;
}
