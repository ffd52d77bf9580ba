import type { ApiError } from '../errors/errors.ts';
import type { Dialect, Refused } from './dialect.ts';
import { aborted, engineError, type EngineError } from './engine-error.ts';
import { lastEventName } from './events.ts';
import { parseObject } from '../body/json.ts';

/** Anthropic's Messages: named events, the last one is `message_stop`. */
export const MESSAGES: Dialect = {
  refusal,
  errorEvent: (error) => `event: error\ndata: ${JSON.stringify(refusal(error).body)}\n\n`,
  keepAlive: 'event: ping\ndata: {"type": "ping"}\n\n',
  isComplete: (events) => lastEventName(events) === 'message_stop',
  isAnnouncement: () => false, // vLLM's `message_start` comes with the first token
  looksBroken: (events) => events.includes(ERROR) || events.includes(NO_REASON),
  eventError,
  documentError: (body) => (body.includes(REASON) ? undefined : documentError(body.toString('utf8'))),
};

const ERROR = Buffer.from('"error"');
const REASON = Buffer.from('"stop_reason":"');
const NO_REASON = Buffer.from('"stop_reason":null');

/** Anthropic's error types by status (Claude API reference, "Errors"). */
const TYPES: Readonly<Record<number, string>> = {
  401: 'authentication_error',
  403: 'permission_error',
  404: 'not_found_error',
  413: 'request_too_large',
  429: 'rate_limit_error',
  503: 'overloaded_error',
};

/** What Anthropic answers when it is full; its SDKs try again as after any 5xx. */
const OVERLOADED = 529;

function refusal({ status, error: { message, code } }: ApiError): Refused {
  const type = TYPES[status] ?? (status >= 500 ? 'api_error' : 'invalid_request_error');
  const body = { type: 'error', error: { type, message } };
  return { status: code === 'server_overloaded' ? OVERLOADED : status, body };
}

interface Event {
  readonly type: unknown;
  readonly error: unknown;
  readonly delta: { readonly stop_reason?: unknown } | null;
}

/** vLLM makes its events out of chunks, and cannot read one that says that the engine died, or what else went wrong. */
const UNREADABLE = 'ChatCompletionStreamResponse';

/** vLLM has no stop reason for what it aborts, and ends such a message like any other. */
function eventError(text: string): EngineError | undefined {
  const { type, error, delta } = parseObject<Event>(text) ?? {};
  if (type === 'error' && text.includes(UNREADABLE)) return { failure: 'connection_broke', status: undefined, text };
  if (type === 'error' || (error !== undefined && error !== null)) return engineError(error, text);
  return type === 'message_delta' && isNone(delta?.stop_reason) ? aborted(text) : undefined;
}

interface Message {
  readonly type: unknown;
  readonly error: unknown;
  readonly stop_reason: unknown;
}

function documentError(text: string): EngineError | undefined {
  const { type, error, stop_reason: stopReason } = parseObject<Message>(text) ?? {};
  if (type === 'error') return engineError(error, text);
  return type === 'message' && isNone(stopReason) ? aborted(text) : undefined; // count_tokens has no type
}

function isNone(value: unknown): boolean {
  return value === undefined || value === null;
}
