import { apiError, type ApiError } from '../errors/errors.ts';

/** `application/json` and what is built on it (RFC 6839 §3.1). */
const JSON_TYPE = /^\s*(application\/json|[\w.!#$&^-]+\/[\w.!#$&^-]+\+json)\s*(;|$)/i;

/**
 * Refuses a body that says it is something else than plain JSON. One that says nothing is taken for JSON: vLLM would
 * refuse it, but there is nothing else it could be.
 */
export function checkMediaType(headers: Headers): ApiError | undefined {
  const type = headers.get('content-type');
  if (type !== null && !JSON_TYPE.test(type)) return refuse('content-type', type);
  const encoding = headers.get('content-encoding');
  if (encoding !== null && encoding.toLowerCase() !== 'identity') return refuse('content-encoding', encoding);
  return undefined;
}

function refuse(header: string, value: string): ApiError {
  return apiError('unsupported_media_type', { header, value }, header);
}
