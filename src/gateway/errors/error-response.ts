import { COMPLETIONS } from '../dialects/completions.ts';
import type { Dialect } from '../dialects/dialect.ts';
import type { ApiError } from './errors.ts';

/** OpenAI's SDK for Node ignores a longer time and tries sooner, the one for Python gives up at twice of it. */
const RETRY_AFTER_MS_MAX = 60_000;

/** An error as a response: the body its clients read, and the headers their SDKs decide retries by. */
export function errorResponse(
  apiError: ApiError,
  headers: Record<string, string>,
  dialect: Dialect = COMPLETIONS,
): Response {
  const { status, body } = dialect.refusal(apiError);
  return Response.json(body, { status, headers: { ...headers, ...retryHeaders(apiError) } });
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
