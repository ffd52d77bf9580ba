import type { ApiError } from '../errors/errors.ts';
import type { Refused } from './dialect.ts';

/** OpenAI's error object, as its SDKs read it. */
export function openAiRefusal({ status, error }: ApiError): Refused {
  return { status, body: { error } };
}

/** A comment of an event stream (WHATWG HTML §9.2.6): clients skip it, proxies see that the connection lives. */
export const KEEP_ALIVE_COMMENT = ': keep-alive\n\n';
