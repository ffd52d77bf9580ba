import type { ApiError } from './errors.ts';

/** OpenAI's SDK for Node ignores a `retry-after` above a minute, the one for Python then does not retry at all. */
const RETRY_AFTER_S_MAX = 60;

/** An error as a response: OpenAI's body, and the headers its SDKs decide retries by. */
export function errorResponse({ status, error, retryAfterMs }: ApiError, headers: Record<string, string>): Response {
  return Response.json({ error }, { status, headers: { ...headers, ...retryHeaders(retryAfterMs) } });
}

function retryHeaders(retryAfterMs: number | undefined): Record<string, string> {
  if (retryAfterMs === undefined) return { 'x-should-retry': 'false' };
  const seconds = Math.min(Math.max(Math.ceil(retryAfterMs / 1000), 1), RETRY_AFTER_S_MAX);
  return { 'x-should-retry': 'true', 'retry-after': String(seconds), 'retry-after-ms': String(retryAfterMs) };
}
