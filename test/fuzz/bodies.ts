import * as fc from 'fast-check';

const MESSAGES = [{ role: 'user', content: 'Hi' }];

/** Good bodies, by path. */
export const GOOD: Readonly<Record<string, Record<string, unknown>>> = {
  '/v1/chat/completions': { model: 'light', messages: MESSAGES, max_tokens: 2 },
  '/v1/completions': { model: 'light', prompt: 'Hi', max_tokens: 2 },
  '/v1/responses': { model: 'light', input: 'Hi', max_output_tokens: 2 },
  '/v1/messages': { model: 'light', messages: MESSAGES, max_tokens: 2 },
  '/v1/messages/count_tokens': { model: 'light', messages: MESSAGES },
  '/v1/embeddings': { model: 'light', input: 'Hi' },
  '/tokenize': { model: 'light', prompt: 'Hi' },
  '/detokenize': { model: 'light', tokens: [1, 2] },
};

/** Members that this server reads, or that name one of JavaScript's own. */
const MEMBERS = `model stream stream_options service_tier n min_tokens ignore_eos prompt messages tools functions
  response_format reasoning_effort reasoning text output_config input max_tokens max_completion_tokens max_output_tokens
  __proto__ constructor toString`.split(/\s+/);

const odd = fc.oneof(
  fc.jsonValue({ maxDepth: 3 }),
  fc.constantFrom<unknown>(-1, 0, 0.5, 2, 1e308, true, false, null, '', 'auto', 'flex', 'heavy', [], {}, [[[]]]),
  fc.constantFrom<unknown>({ include_usage: true }, { type: 'json_object' }, { effort: 'high' }, { format: null }),
);

/** A good body with some members changed. */
const changed = (path: string): fc.Arbitrary<string> =>
  fc
    .dictionary(fc.oneof(fc.constantFrom(...MEMBERS), fc.string()), odd, { maxKeys: 4 })
    .map((members) => JSON.stringify({ ...GOOD[path], ...members }));

/** JSON as no library writes it: keys twice, escapes, numbers too long, spaces, depths. */
const WRITTEN = [
  '{"model":"light","model":"heavy","messages":[]}',
  '{"mod\\u0065l":"li\\u0067ht","messages":[{"role":"user","content":"\\ud800"}]}',
  '{ "model" :\t"light"\r\n, "seed":123456789012345678901234567890, "messages":[] }',
  `{"model":"light","messages":${'['.repeat(600)}${']'.repeat(600)}}`,
  `{"model":"${'x'.repeat(5000)}"}`,
  '\uFEFF{"model":"light","prompt":"\u2028"}',
  '{"model":"light","stream":true,"stream_options":null,"stream_options":{},"messages":[{"role":"user","content":"a"}]}',
  '{"stream_options":{"include_usage":false,"include_usage":false},"stream":true,"model":"light","messages":[]}',
  '{}',
  '[]',
  'null',
  '',
];

/** Some bytes taken out of a text, and others put in. */
const damaged = (text: fc.Arbitrary<string>): fc.Arbitrary<Buffer> =>
  fc
    .tuple(text, fc.nat(), fc.nat({ max: 4 }), fc.uint8Array({ maxLength: 4 }))
    .map(([whole, position, taken, given]) => {
      const bytes = Buffer.from(whole);
      const at = position % (bytes.length + 1);
      return Buffer.concat([bytes.subarray(0, at), given, bytes.subarray(at + taken)]);
    });

/** Whatever may come as a body of some path. */
export function bodies(path: string): fc.Arbitrary<Buffer> {
  const text = fc.oneof(changed(path), fc.constantFrom(...WRITTEN));
  return fc.oneof(
    { weight: 5, arbitrary: text.map((it) => Buffer.from(it)) },
    { weight: 3, arbitrary: damaged(text) },
    { weight: 1, arbitrary: fc.uint8Array({ maxLength: 200 }).map((it) => Buffer.from(it)) },
  );
}
