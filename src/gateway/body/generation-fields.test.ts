import { describe, expect, test } from 'bun:test';
import { readFields } from './generation-fields.ts';
import { JSON_DEPTH_MAX } from './json-shape.ts';

const read = (body: string | Uint8Array): object => {
  const result = readFields(Buffer.from(body), {
    outputLimits: ['max_completion_tokens', 'max_tokens'],
    work: 'generate',
  });
  if (!result.ok) return result.error.error;
  const { signals: _, said: __, ...fields } = result.fields;
  return fields;
};
const plain: object = {
  model: undefined,
  outputTokensMax: undefined,
  outputTokensMin: undefined,
  choices: 1,
  streams: false,
  usageWish: 'unsaid',
  tierPriority: undefined,
};

describe('fields', () => {
  test.each([
    ['nothing', {}, plain],
    ['the model', { model: 'heavy' }, { ...plain, model: 'heavy' }],
    ['null is absent, as in vLLM', { model: null, n: null, prompt: null }, plain],
    ['max_tokens', { max_tokens: 9 }, { ...plain, outputTokensMax: 9 }],
    ['its new name wins', { max_tokens: 9, max_completion_tokens: 5 }, { ...plain, outputTokensMax: 5 }],
    ['min_tokens', { min_tokens: 3 }, { ...plain, outputTokensMin: 3 }],
    [
      'bug: an end that is ignored: the answer is as long as it may be',
      { max_tokens: 9, ignore_eos: true },
      { ...plain, outputTokensMax: 9, outputTokensMin: 9 },
    ],
    ['n', { n: 4 }, { ...plain, choices: 4 }],
    ['several prompts', { prompt: ['a', 'b', 'c'], n: 2 }, { ...plain, choices: 6 }],
    ['the tokens of one prompt', { prompt: [1, 2, 3] }, plain],
    ['options without usage', { stream_options: {} }, { ...plain, usageWish: 'declined' }],
    ['a tier', { service_tier: 'flex' }, { ...plain, tierPriority: 'bulk' }],
    ['a tier that is none', { service_tier: 'odd' }, plain],
    ['a stream', { stream: true }, { ...plain, streams: true }],
    ['bug: a stream in words that engines take', { stream: 'Yes' }, { ...plain, streams: true }],
    ['bug: a stream as a number', { stream: 1 }, { ...plain, streams: true }],
    ['wrong types are left to the engine', { n: 'x', max_tokens: -1.5, prompt: {}, stream: 2, service_tier: 1 }, plain],
  ])('%s', (_, body, fields) => {
    expect(read(JSON.stringify(body))).toEqual(fields);
  });

  test('a byte order mark does not matter', () => expect(read('\uFEFF{}')).toEqual(plain));
  test('a model that is no text is refused', () => {
    expect(read('{"model":7}')).toMatchObject({ code: 'invalid_request_error', param: 'model' });
  });
});

describe('no JSON object', () => {
  test.each([
    ['empty', ''],
    ['cut off', '{"model":'],
    ['a list', '[]'],
    ['null', 'null'],
    ['text', '"x"'],
    ['not UTF-8', Uint8Array.of(0x7b, 0x22, 0xff, 0x22, 0x3a, 0x31, 0x7d)],
  ])('%s', (_, body) => {
    expect(read(body)).toMatchObject({ code: 'invalid_json', type: 'invalid_request_error' });
  });

  test('the message repeats nothing of the body', () => {
    expect(JSON.stringify(read('{"secret'))).not.toContain('secret');
  });
});

describe('a depth bomb', () => {
  test.each(['[', '{"a":'])('of %s is refused before it is parsed', (open) => {
    const startedMs = performance.now();
    expect(read(open.repeat(4_000_000))).toMatchObject({ code: 'invalid_json' });
    expect(performance.now() - startedMs).toBeLessThan(1000);
  });

  test('brackets in text are none, and wide is not deep', () => {
    const many = JSON_DEPTH_MAX * 2;
    expect(read(JSON.stringify({ a: '[{"'.repeat(many) }))).toEqual(plain);
    expect(read(`{"a":[${'[],'.repeat(many)}[]]}`)).toEqual(plain);
  });

  test('as deep as a short body can be is parsed', () => {
    const half = JSON_DEPTH_MAX / 2;
    expect(read('['.repeat(half) + ']'.repeat(half))).toMatchObject({ code: 'invalid_json' });
  });
});
