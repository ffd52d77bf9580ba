import { assert, integer, nat, property } from 'fast-check';
import { describe, expect, test } from 'bun:test';
import { apiOf } from '../api.ts';
import { readFields } from '../body/generation-fields.ts';
import { limitAnswer } from './answer-limit.ts';
import { fillLength } from './fill-length.ts';

const CHAT = '/v1/chat/completions';

interface Circumstances {
  readonly path?: string;
  readonly max?: number | 'none';
  readonly contextTokens?: number;
}

/** The body as it goes on, or the error's parameter and message. */
const limit = (text: string, { path = CHAT, max = 100, contextTokens }: Circumstances = {}) => {
  const api = apiOf(path);
  const body = Buffer.from(text);
  const read = readFields(body, api);
  if (!read.ok) throw new Error('the test has a bad body');
  const limited = limitAnswer({ ...read.fields, api }, max === 'none' ? undefined : max);
  if (!limited.ok) return { status: limited.error.status, ...limited.error.error };
  const { toFill } = limited;
  return (toFill === undefined ? body : fillLength(body, toFill, contextTokens).body).toString();
};

describe('a request that names a length', () => {
  test.each([
    '{"max_tokens":100}',
    '{"max_completion_tokens":1}',
    '{"n":4,"max_tokens":25}',
    '{"n":null,"max_tokens":100}',
  ])('%s goes on byte for byte where it may be so long', (body) => {
    expect(limit(body)).toBe(body);
  });

  test('is refused where that is more, and told how much it may be', () => {
    const message = '`max_tokens` is too large: 101 tokens. A request of yours may ask for 100 at most.';
    expect(limit('{"max_tokens":101}')).toMatchObject({ status: 400, param: 'max_tokens', message });
  });

  test.each([
    ['{"max_completion_tokens":101}', 'max_completion_tokens'],
    ['{"max_completion_tokens":5,"max_tokens":101}', 'max_tokens'], // the engine may read another than we do
    ['{"n":5,"max_tokens":25}', 'max_tokens'],
    ['{"n":101}', 'n'],
  ])('%s is refused for its %s: all answers together count', (body, param) => {
    expect(limit(body)).toMatchObject({ status: 400, param });
  });

  test.each([
    '{"max_tokens":"9"}',
    '{"max_tokens":1.5}',
    '{"max_tokens":-1}',
    '{"n":"7","max_tokens":1}',
    '{"max_tokens":[1]}',
  ])('%s is refused: what an engine makes of it could be more', (body) => {
    expect(limit(body)).toMatchObject({ status: 400 });
    expect(limit(body, { max: 'none' })).toBe(body);
  });

  test('of several prompts has an answer for each', () => {
    const path = '/v1/completions';
    expect(limit('{"prompt":["a","b"],"max_tokens":51}', { path })).toMatchObject({ status: 400, param: 'max_tokens' });
    expect(limit('{"prompt":[1,2,3],"max_tokens":51}', { path })).toBe('{"prompt":[1,2,3],"max_tokens":51}');
  });

  test('is held to its limit by whatever name its API has for it', () => {
    expect(limit('{"max_output_tokens":101}', { path: '/v1/responses' })).toMatchObject({
      status: 400,
      param: 'max_output_tokens',
    });
    expect(limit('{"max_tokens":101}', { path: '/v1/messages' })).toMatchObject({ status: 400, param: 'max_tokens' });
  });
});

describe('a request that names none', () => {
  test('gets the limit as its length, shared by its answers', () => {
    expect(limit('{"model":"m"}')).toBe('{"max_tokens":100,"model":"m"}');
    expect(limit('{}')).toBe('{"max_tokens":100}');
    expect(limit('{"n":3}')).toBe('{"max_tokens":33,"n":3}');
    expect(limit('{"input":"a"}', { path: '/v1/responses' })).toBe('{"max_output_tokens":100,"input":"a"}');
  });

  test('in the words of `null` too, however often and however written', () => {
    expect(limit('{"max_tokens":null, "max_token\\u0073":null}')).toBe('{"max_tokens":100, "max_token\\u0073":100}');
  });

  test('bug: padding lifted the limit; it holds however long a body is', () => {
    const padded = `{"min_tokens":500${' '.repeat(20_000)}}`;
    expect(limit(padded, { contextTokens: 8192 })).toBe(`{"max_tokens":100,${padded.slice(1)}`);
    assert(
      property(nat(40_000), integer({ min: 1, max: 9000 }), integer({ min: 2, max: 9000 }), (...it) => {
        const [spaces, max, contextTokens] = it;
        const body = limit(`{${' '.repeat(spaces)}}`, { max, contextTokens });
        const filled = typeof body === 'string' ? readFields(Buffer.from(body), apiOf(CHAT)) : undefined;
        const tokens = filled?.ok === true ? filled.fields.outputTokensMax : Number.NaN;
        expect(tokens ?? contextTokens - 1).toBeLessThanOrEqual(max); // a prompt has one token at least
        expect(tokens ?? 1).toBeGreaterThan(0);
      }),
    );
  });

  test('gets less where the limit might not fit beside a long prompt, but half of the context', () => {
    const long = (length: number) => `{"messages":"${'x'.repeat(length)}"}`;
    expect(limit(long(0), { max: 900, contextTokens: 1000 })).toStartWith('{"max_tokens":736,');
    expect(limit(long(1000), { max: 900, contextTokens: 1000 })).toStartWith('{"max_tokens":500,');
    expect(limit(long(1000), { contextTokens: 1000 })).toStartWith('{"max_tokens":100,');
  });

  test('is left to its context where that is no longer than the limit', () => {
    expect(limit('{"model":"m"}', { contextTokens: 100 })).toBe('{"model":"m"}');
    expect(limit('{"max_tokens":null}', { contextTokens: 100 })).toBe('{"max_tokens":null}');
  });

  test('bug: a text completion of `null` tokens is no short one: vLLM gives it the rest of the context', () => {
    expect(limit('{"max_tokens":null}', { path: '/v1/completions' })).toBe('{"max_tokens":100}');
  });

  test('is filled anew for another pool, whose context is another', () => {
    const toFill = { field: 'max_tokens', tokensMax: 1000 };
    const first = fillLength(Buffer.from('{}'), toFill, 1024).body;
    const second = fillLength(first, toFill, 1000).body;
    const lengths = [first, second, fillLength(second, toFill, 8192).body];
    expect(lengths.map(String)).toEqual(['{"max_tokens":767}', '{"max_tokens":null}', '{"max_tokens":1000}']);
  });

  test('is left alone where the engine’s own choice is shorter, or there is none', () => {
    expect(limit('{"prompt":"a"}', { path: '/v1/completions' })).toBe('{"prompt":"a"}');
    expect(limit('{"prompt":"a"}', { path: '/v1/completions', max: 15 })).toBe('{"max_tokens":15,"prompt":"a"}');
    expect(limit('{"messages":[]}', { path: '/v1/messages' })).toBe('{"messages":[]}');
    expect(limit('{"input":"a"}', { path: '/v1/embeddings', max: 1 })).toBe('{"input":"a"}');
  });
});

test('nothing is touched for a tenant without a limit', () => {
  expect(limit('{"max_tokens":1000000}', { max: 'none' })).toBe('{"max_tokens":1000000}');
});
