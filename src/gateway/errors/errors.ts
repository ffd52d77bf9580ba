import { ERRORS, type ErrorKind } from './error-table.ts';
import type { EngineErrorReply } from '../gateway.ts';
export { ERRORS } from './error-table.ts';

type ErrorCode = keyof typeof ERRORS;

/** The names in a message's braces. */
type Hole<Message> = Message extends `${string}{${infer Name}}${infer Rest}` ? Name | Hole<Rest> : never;
type Details<Code extends ErrorCode> = {
  readonly [Name in Hole<(typeof ERRORS)[Code]['message']>]: string | number;
};

/** An error on its way to a client: its status, OpenAI's error object, and whether to try again. */
export interface ApiError extends EngineErrorReply {
  /** Absent where trying again cannot help or would run the request twice. */
  readonly retryAfterMs?: number;
  /** Whether SDKs shall try again by themselves; absent = as `retryAfterMs` says. */
  readonly shouldRetry?: false;
}

/** Makes the error of a code; `details` fills its message, `param` names the field at fault. */
export function apiError<Code extends ErrorCode>(
  code: Code,
  details: Details<Code>,
  param: string | null = null,
): ApiError {
  const { status, type, message, code: shown = code, ...again }: ErrorKind = ERRORS[code];
  return { status, error: { message: fill(message, details), type, param, code: shown }, ...again };
}

/** An engine's error, normalised, with this table's advice on trying again where the code is one of its own. */
export function fromEngine({ status, error }: EngineErrorReply): ApiError {
  const kinds: Readonly<Record<string, ErrorKind>> = ERRORS;
  const retryAfterMs = kinds[error.code]?.retryAfterMs;
  return retryAfterMs === undefined ? { status, error } : { status, error, retryAfterMs };
}

function fill(message: string, details: Readonly<Record<string, string | number>>): string {
  return message.replaceAll(/\{(\w+)\}/g, (_, name: string) => String(details[name]));
}
