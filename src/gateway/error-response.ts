import type { ApiError } from './errors.ts';

/** OpenAI's SDK for Node ignores a longer time and tries sooner, the one for Python gives up at twice of it. */
const RETRY_AFTER_MS_MAX = 60_000;

/** An error as a response: OpenAI's body, and the headers its SDKs decide retries by. */
export function errorResponse(apiError: ApiError, headers: Record<string, string>): Response {
  const { status, error } = apiError;
  return Response.json({ error }, { status, headers: { ...headers, ...retryHeaders(apiError) } });
}

function retryHeaders({ retryAfterMs, shouldRetry }: ApiError): Record<string, string> {
  if (retryAfterMs === undefined) return { 'x-should-retry': 'false' };
  const ms = Math.min(Math.max(Math.ceil(retryAfterMs), 1), RETRY_AFTER_MS_MAX);
  return {
    'x-should-retry': String(shouldRetry ?? true),
    'retry-after': String(Math.ceil(ms / 1000)),
    'retry-after-ms': String(ms),
  };
}

/** An error as the last event of a stream whose status has gone out. OpenAI's SDKs raise it. */
export function errorEvent({ error }: ApiError): string {
  return `data: ${JSON.stringify({ error })}\n\n`;
}
