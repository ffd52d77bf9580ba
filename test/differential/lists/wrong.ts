import type { ListedRequest } from '../request.ts';
import { CHAT, chat, message, MODEL, post, response, text } from './build.ts';

/** Values that a field of a chat must not have. */
const VALUES: Readonly<Record<string, readonly unknown[]>> = {
  messages: [
    undefined,
    null,
    'hello',
    7,
    {},
    [],
    [null],
    ['hello'],
    [[]],
    [{}],
    [{ role: 'user' }],
    [{ content: 'x' }],
  ],
  model: ['', 'no-such-model', '../../etc/passwd', 7, {}, "'; DROP TABLE models; --"],
  temperature: ['hot', -1, 9, 1e308, [], true],
  top_p: [0, 2, -1, 'x'],
  top_k: [-7, 'x', 1.5],
  max_tokens: [0, -1, 1e9, 1e18, 'many', 1.5, {}],
  n: [0, -1, 1.5, 'x', 100_000],
  stop: [7, {}, [7], [null]],
  seed: ['x', 1e30],
  stream: ['maybe', 7, {}],
  logprobs: ['x', 7],
  top_logprobs: [-1, 1000, 'x'],
  presence_penalty: [9, 'x'],
  repetition_penalty: [0, -1],
  logit_bias: [{ x: 1 }, { 99999999: 1 }, [1], { 5: 'x' }],
  tools: ['x', [7], [{ type: 'function' }], [{ type: 'function', function: { name: 7 } }]],
  tool_choice: ['sometimes', { type: 'function', function: { name: 'x' } }],
  response_format: ['json', { type: 'yaml' }, { type: 'json_schema' }],
  structured_outputs: [{ regex: '(' }, { choice: [] }, { json: 'not a schema' }, { grammar: '::=' }],
  chat_template_kwargs: ['x', 7],
  stream_options: ['x', 7],
  min_tokens: [-1, 100],
  prompt_logprobs: [-5],
  service_tier: [7],
  priority: ['x'],
};

const shown = (value: unknown): string => (value === undefined ? 'left out' : JSON.stringify(value).slice(0, 40));

const PARTS = {
  'an image from a cloud’s metadata': { type: 'image_url', image_url: { url: 'http://127.0.0.1:9/latest/meta-data' } },
  'an image from a file': { type: 'image_url', image_url: { url: 'file:///etc/passwd' } },
  'a part of no type': { text: 'x' },
  'a part of an unknown type': { type: 'smell', smell: 'x' },
};

/** JSON, but not what the fields are for. */
export const WRONG: readonly ListedRequest[] = [
  ...Object.entries(VALUES).flatMap(([field, values]) =>
    values.map((value) => post('hostile', CHAT, `${field}: ${shown(value)}`, chat({ [field]: value }))),
  ),
  ...Object.entries(PARTS).map(([name, part]) =>
    post('hostile', CHAT, name, chat({ messages: [{ role: 'user', content: [part] }] })),
  ),
  post(
    'hostile',
    CHAT,
    'a prompt longer than the context',
    chat({ messages: [{ role: 'user', content: '«5000×word »' }] }),
  ),
  post('hostile', CHAT, 'a megabyte of prompt', chat({ messages: [{ role: 'user', content: '«1000000×x»' }] })),
  post('hostile', CHAT, 'a template of its own', chat({ chat_template: "{{ ''.__class__.__mro__ }}" })),
  post('hostile', CHAT, 'a schema that refers to itself', {
    ...chat({ max_tokens: 8 }),
    response_format: { type: 'json_schema', json_schema: { name: 'c', schema: { $ref: '#' } } },
  }),
  post('hostile', '/v1/completions', 'no prompt', text({ prompt: undefined })),
  post('hostile', '/v1/completions', 'a prompt of another kind', text({ prompt: { a: 1 } })),
  post('hostile', '/v1/completions', 'token ids out of the vocabulary', text({ prompt: [99_999_999] })),
  post('hostile', '/v1/completions', 'negative token ids', text({ prompt: [-1] })),
  post('hostile', '/v1/completions', 'longer than the context', text({ prompt: '«5000×word »' })),
  post('hostile', '/v1/responses', 'no input', response({ input: undefined })),
  post('hostile', '/v1/responses', 'input of another kind', response({ input: 7 })),
  post('hostile', '/v1/responses', 'too hot', response({ temperature: 9 })),
  post('hostile', '/v1/responses', 'longer than the context', response({ input: '«5000×word »' })),
  post('hostile', '/v1/messages', 'no limit', message({ max_tokens: undefined })),
  post('hostile', '/v1/messages', 'a limit of none', message({ max_tokens: 0 })),
  post('hostile', '/v1/messages', 'no messages', message({ messages: undefined })),
  post('hostile', '/v1/messages', 'too hot', message({ temperature: 9 })),
  post('hostile', '/v1/messages', 'an unknown model', message({ model: 'no-such-model' })),
  post(
    'hostile',
    '/v1/messages',
    'longer than the context',
    message({ messages: [{ role: 'user', content: '«5000×word »' }] }),
  ),
  post('hostile', '/v1/messages/count_tokens', 'no messages', { model: MODEL }),
  post('hostile', '/tokenize', 'nothing', { model: MODEL }),
  post('hostile', '/detokenize', 'words', { model: MODEL, tokens: ['x'] }),
  post('hostile', '/detokenize', 'out of the vocabulary', { model: MODEL, tokens: [-5] }),
];
