import { apiError, type ApiError } from './errors.ts';

/** A header that says what it may not; `must` tells what it may, as `be one of low, high`. */
export function badHeader(header: string, must: string): ApiError {
  return apiError('invalid_request_error', { problem: `The header ${header} must ${must}.` }, header);
}
