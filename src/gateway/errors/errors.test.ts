import { describe, expect, test } from 'bun:test';
import { errorResponse } from './error-response.ts';
import { apiError, ERRORS, fromEngine } from './errors.ts';
import { refusalError } from './refusal.ts';

test('an error fills its message and names the field', () => {
  expect(apiError('request_too_large', { limitBytes: 7 }, 'body')).toEqual({
    status: 413,
    error: {
      message: 'The body is larger than 7 bytes. Send less, or raise `gateway.max_body_bytes`.',
      type: 'invalid_request_error',
      param: 'body',
      code: 'request_too_large',
    },
  });
});

test('a quarantined request has failed engines, and says how to go on', () => {
  const { status, error } = refusalError({ reason: 'quarantined', fingerprint: 'f00', untilUnixMs: 0 }, 'heavy');
  expect(status).toBe(500);
  expect(error.code).toBe('engine_failed');
  expect(error.message).toContain('until 1970-01-01 00:00:00 UTC;');
  expect(error.message).toContain('`ssw-infer quarantine release f00`');
});

const NOT_BY_THEMSELVES = ['cancelled_by_operator', 'not_a_gateway', 'too_many_wrong_keys'];
const NOT_NOW: readonly number[] = [429, 503];

test.each(Object.entries(ERRORS))('%s: a client may try again exactly where it says so', (name, kind) => {
  const retryAfterMs = 'retryAfterMs' in kind ? kind.retryAfterMs : undefined;
  expect(retryAfterMs !== undefined).toBe(NOT_NOW.includes(kind.status) || name === 'idempotency_conflict');
  expect('shouldRetry' in kind).toBe(NOT_BY_THEMSELVES.includes(name));
  expect(kind.type === 'server_error').toBe(kind.status >= 500);
});

describe('headers on trying again', () => {
  const error = { message: 'm', type: 't', param: null, code: 'c' };
  const headersAfter = (retryAfterMs: number) =>
    Object.fromEntries(errorResponse({ status: 503, error, retryAfterMs }, { 'x-request-id': 'a' }).headers);

  test.each([
    [0, '1', '1'],
    [1, '1', '1'],
    [2500.2, '3', '2501'],
    [600_000, '60', '60000'], // above a minute the Node SDK ignores it and the Python SDK gives up
  ])('after %d ms', (ms, seconds, wholeMs) => {
    expect(headersAfter(ms)).toMatchObject({
      'retry-after': seconds,
      'retry-after-ms': wholeMs,
      'x-should-retry': 'true',
      'x-request-id': 'a',
    });
  });

  test('later, but by nobody’s own decision', () => {
    const headers = errorResponse(apiError('cancelled_by_operator', {}), {}).headers;
    expect(headers.get('x-should-retry')).toBe('false');
    expect(headers.get('retry-after')).toBe('60');
  });

  test('never', async () => {
    const response = errorResponse({ status: 500, error }, {});
    expect(response.headers.get('x-should-retry')).toBe('false');
    expect(response.headers.has('retry-after')).toBe(false);
    expect(await response.json()).toEqual({ error });
  });

  test("an engine's error gets the advice of its code, where it is one of ours", () => {
    const busy = { status: 503, error: { ...error, code: 'server_overloaded' } };
    expect(fromEngine(busy).retryAfterMs).toBe(ERRORS.server_overloaded.retryAfterMs);
    expect(fromEngine({ status: 400, error: { ...error, code: 'toString' } }).retryAfterMs).toBeUndefined();
  });
});
