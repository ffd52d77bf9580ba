import { readSaid, type Said } from './error-text.ts';

/** OpenAI's error object. */
export interface ApiError {
  readonly message: string;
  readonly type: string;
  readonly param: string | null;
  readonly code: string;
}

/** An engine's refusal in OpenAI's terms. */
export interface NormalisedError {
  readonly status: number;
  readonly error: ApiError;
}

/** Longest message passed on; vLLM repeats the whole request in some. */
const MESSAGE_CHARS_MAX = 2000;

const CODES: Readonly<Record<number, string>> = {
  404: 'unknown_url',
  405: 'method_not_allowed',
  413: 'request_too_large',
  415: 'unsupported_media_type',
  429: 'rate_limit_exceeded',
  503: 'server_overloaded',
};

/**
 * Puts an engine's error body into the shape that OpenAI's SDKs read. vLLM's `code` is the HTTP status as a number, its
 * Messages API has Anthropic's shape, an unknown route says `{"detail"}`, and a missing key `{"error":"Unauthorized"}`.
 */
export function normaliseError(status: number, bodyText: string): NormalisedError {
  if (status === 401 || status === 403) return misconfigured();
  const said = readSaid(bodyText);
  const known = rephrased(status, said);
  if (known !== undefined) return known;
  const { message = `The engine answered with status ${status}.`, param } = said;
  const code = codeOf(status, { message, param }, bodyText);
  const type = status >= 500 ? 'server_error' : status === 429 ? 'rate_limit_error' : 'invalid_request_error';
  return { status, error: { message: message.slice(0, MESSAGE_CHARS_MAX), type, param, code } };
}

/** What an error body says, in its own words; `undefined` where it has none of the known shapes. */
export function messageIn(bodyText: string): string | undefined {
  return readSaid(bodyText).message;
}

/** The client's key is checked before an engine is asked; an engine that wants one too is our fault, not the client's. */
function misconfigured(): NormalisedError {
  const message = 'The engine asks for an API key of its own; remove `api-key` from its args and environment.';
  return { status: 500, error: { message, type: 'server_error', param: null, code: 'engine_failed' } };
}

const NOT_IMPLEMENTED = 501;
/** What every request that was in an engine hears when that died (`EngineDeadError`). */
const DEAD = 'EngineCore encountered an issue';

/** What vLLM says in its operator's words, or with another status than OpenAI. */
function rephrased(status: number, { message, param, isDetail }: Said): NormalisedError | undefined {
  if (status === 404 && isDetail)
    return refused(404, 'unknown_url', 'The engine of this model does not serve this endpoint.', null);
  if (status === 404 && param === 'response_id') {
    const text = message?.replace(/^Response/, 'Previous response') ?? '';
    return refused(400, 'previous_response_not_found', text, 'previous_response_id');
  }
  if (status === 400 && param === 'background')
    return refused(400, 'unsupported_parameter', "Unsupported parameter: 'background' is not supported here.", param);
  if (message?.startsWith(DEAD) === true) return died();
  if (status === NOT_IMPLEMENTED) return refused(400, 'invalid_request_error', message ?? 'Not implemented.', param);
  return undefined;
}

function died(): NormalisedError {
  const message = 'The engine died while it ran this request.';
  return { status: 500, error: { message, type: 'server_error', param: null, code: 'engine_failed' } };
}

function refused(status: number, code: string, message: string, param: string | null): NormalisedError {
  return { status, error: { message, type: 'invalid_request_error', param, code } };
}

type Told = Pick<ApiError, 'message' | 'param'>;

function codeOf(status: number, told: Told, bodyText: string): string {
  if (status === 404 && isUnknownModel(told)) return 'model_not_found';
  if (status === 400 && isTooLong(told)) return 'context_length_exceeded';
  if (status === 400 && bodyText.includes("'type': 'json_invalid'")) return 'invalid_json';
  return CODES[status] ?? (status >= 500 ? 'engine_failed' : 'invalid_request_error');
}

/** The Messages API does not name the parameter. */
function isUnknownModel({ message, param }: Told): boolean {
  return param === 'model' || /^The model `.*` does not exist/.test(message);
}

function isTooLong({ message, param }: Told): boolean {
  if (param === 'input_tokens' || param === 'input_text') return true;
  return TOO_LONG.some((words) => message.includes(words));
}

const TOO_LONG = ['maximum context length', 'cannot be greater than max_model_len', 'exceeds the max_model_len'];
