import { describe, expect, test } from 'bun:test';
import { apiOf } from '../api.ts';
import { readFields } from '../body/generation-fields.ts';
import { limitAnswer } from './answer-limit.ts';

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
  const limited = limitAnswer(body, { ...read.fields, api, path, contextTokens }, max === 'none' ? undefined : max);
  return limited.ok ? limited.body.toString() : { status: limited.error.status, ...limited.error.error };
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

  test('is left to its context where the limit might not fit beside its prompt: an engine would refuse it', () => {
    const long = `{"prompt":"${'x'.repeat(1000)}"}`;
    expect(limit(long, { contextTokens: 800 })).toBe(long);
    expect(limit(long, { contextTokens: 900 })).toStartWith('{"max_tokens":100');
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
