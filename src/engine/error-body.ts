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

/** What an engine said, whichever of its shapes it came in. */
interface Said {
  readonly message: string | undefined;
  readonly param: string | null;
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
 * Puts an engine's error body into the shape that OpenAI's SDKs read. vLLM's `code` is the HTTP status as a number; an
 * unknown route says `{"detail"}`, a missing key `{"error":"Unauthorized"}`, and a bad body Python's view of it.
 */
export function normaliseError(status: number, bodyText: string): NormalisedError {
  const { message = `The engine answered with status ${status}.`, param } = read(bodyText);
  if (status === 401 || status === 403) return misconfigured();
  const code = codeOf(status, message, param, bodyText);
  const type = status >= 500 ? 'server_error' : status === 429 ? 'rate_limit_error' : 'invalid_request_error';
  return { status, error: { message: message.slice(0, MESSAGE_CHARS_MAX), type, param, code } };
}

/** The client's key is checked before an engine is asked; an engine that wants one too is our fault, not the client's. */
function misconfigured(): NormalisedError {
  const message = 'The engine asks for an API key of its own; remove `api-key` from its args and environment.';
  return { status: 500, error: { message, type: 'server_error', param: null, code: 'engine_failed' } };
}

function codeOf(status: number, message: string, param: string | null, bodyText: string): string {
  if (status === 404 && param === 'model') return 'model_not_found';
  if (status === 400 && isTooLong(message, param)) return 'context_length_exceeded';
  if (status === 400 && bodyText.includes("'type': 'json_invalid'")) return 'invalid_json';
  return CODES[status] ?? (status >= 500 ? 'engine_failed' : 'invalid_request_error');
}

function isTooLong(message: string, param: string | null): boolean {
  if (param === 'input_tokens' || param === 'input_text') return true;
  return message.includes('maximum context length') || message.includes('cannot be greater than max_model_len');
}

/** What an error body says, in its own words; `undefined` where it has none of the known shapes. */
export function messageIn(bodyText: string): string | undefined {
  return read(bodyText).message;
}

function read(bodyText: string): Said {
  const body = parse(bodyText);
  const error = field(body, 'error');
  const message = field(error, 'message') ?? field(body, 'detail') ?? error ?? field(body, 'message');
  const param = field(error, 'param') ?? field(body, 'param');
  if (typeof message !== 'string') return { message: undefined, param: null };
  return { message: readable(message), param: typeof param === 'string' ? readableParam(param) : null };
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    // A proxy's or a half-written page; its text helps nobody.
    return undefined;
  }
}

function field(value: unknown, name: string): unknown {
  if (typeof value !== 'object' || value === null) return undefined;
  return Object.entries(value).find(([key]) => key === name)?.[1];
}

/** How much of a pydantic error is looked through: it repeats the client's input, which may be anything. */
const READABLE_CHARS_MAX = 65_536;

/** Takes the sentences out of a pydantic error that was written as a Python list: `'msg': 'Field required'`. */
function readable(message: string): string {
  if (!message.includes("'loc': ")) return message;
  const sentences = [
    ...message
      .slice(0, READABLE_CHARS_MAX)
      .matchAll(/'loc': \(([^()]{0,200})\), 'msg': (?:'([^']{0,1000})'|"([^"]{0,1000})")/g),
  ];
  if (sentences.length === 0) return message;
  return sentences.map(([, at = '', single, double]) => `${where(at)}${single ?? double}`).join('; ');
}

function where(location: string): string {
  const path = location.match(/[\w-]+/g)?.filter((part) => part !== 'body') ?? [];
  return path.length === 0 || /^\d+$/.test(path.join('')) ? '' : `${path.join('.')}: `;
}

/** `body.messages` → `messages`; a bare position in the text (`body.1`) names no parameter. */
function readableParam(param: string): string | null {
  const name = param.replace(/^body\.?/, '');
  return name === '' || /^\d+$/.test(name) ? null : name;
}
