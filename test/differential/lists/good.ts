import type { ListedRequest } from '../request.ts';
import { ask, CHAT, chat, message, MESSAGES, MODEL, post, response, text } from './build.ts';

const schema = {
  type: 'object',
  properties: { colour: { enum: ['red', 'green'] }, bright: { type: 'boolean' } },
  required: ['colour', 'bright'],
  additionalProperties: false,
};
const tool = { type: 'function', function: { name: 'weather', parameters: schema, strict: true } };
const named = { type: 'function', function: { name: 'weather' } };
const call = { id: 'call_1', type: 'function', function: { name: 'weather', arguments: '{"colour":"red"}' } };

const CHATS: Readonly<Record<string, object>> = {
  plain: {},
  system: { messages: [{ role: 'system', content: 'Be brief.' }, ...MESSAGES] },
  'several turns': { messages: [...MESSAGES, { role: 'assistant', content: 'Red.' }, ...MESSAGES] },
  'content in parts': { messages: [{ role: 'user', content: [{ type: 'text', text: 'Name a colour.' }] }] },
  'another language': { messages: [{ role: 'user', content: 'Nenne eine Farbe: größer, 更多, 🎨.' }] },
  streamed: { stream: true },
  'streamed with usage': { stream: true, stream_options: { include_usage: true } },
  'streamed without usage': { stream: true, stream_options: { include_usage: false } },
  'usage in every chunk': { stream: true, stream_options: { include_usage: true, continuous_usage_stats: true } },
  'two choices': { n: 2, temperature: 0.5 },
  'two choices streamed': { n: 2, stream: true },
  logprobs: { logprobs: true, top_logprobs: 2 },
  'logprobs streamed': { logprobs: true, top_logprobs: 1, stream: true },
  'a stop string': { stop: 'e' },
  'stop strings': { stop: ['e', 'a', '\n'] },
  'the newer limit': { max_tokens: undefined, max_completion_tokens: 5 },
  'both limits': { max_completion_tokens: 4 },
  'top p': { top_p: 0.5 },
  'top k': { top_k: 1 },
  'min p': { min_p: 0.1 },
  penalties: { presence_penalty: 0.5, frequency_penalty: 0.5, repetition_penalty: 1.1 },
  'logit bias': { logit_bias: { 5: 10 } },
  'exact length': { min_tokens: 8, ignore_eos: true },
  'stop token': { stop_token_ids: [7] },
  'token ids': { return_token_ids: true },
  'prompt logprobs': { prompt_logprobs: 1 },
  'a user': { user: 'somebody', metadata: { of: 'a test' } },
  'not stored': { store: false },
  'template arguments': { chat_template_kwargs: { enable_thinking: false } },
  'an answer begun': {
    messages: [...MESSAGES, { role: 'assistant', content: 'It is' }],
    add_generation_prompt: false,
    continue_final_message: true,
  },
  'JSON schema': { max_tokens: 40, response_format: { type: 'json_schema', json_schema: { name: 'c', schema } } },
  'JSON schema streamed': {
    stream: true,
    max_tokens: 40,
    response_format: { type: 'json_schema', json_schema: { name: 'c', schema } },
  },
  'a choice of words': { structured_outputs: { choice: ['red', 'green'] } },
  'a pattern': { structured_outputs: { regex: 'a{4}' } },
  'a tool offered': { tools: [tool], tool_choice: 'auto' },
  'a tool not wanted': { tools: [tool], tool_choice: 'none' },
  'a tool named': { tools: [tool], tool_choice: named, max_tokens: 40 },
  'a tool named, streamed': { tools: [tool], tool_choice: named, max_tokens: 40, stream: true },
  'a tool required': { tools: [tool], tool_choice: 'required', max_tokens: 60 },
  'a tool answered': {
    messages: [
      ...MESSAGES,
      { role: 'assistant', tool_calls: [call] },
      { role: 'tool', tool_call_id: 'call_1', content: 'sunny' },
    ],
  },
  'one call at a time': { tools: [tool], parallel_tool_calls: false },
  'service tier auto': { service_tier: 'auto' },
  'service tier flex': { service_tier: 'flex' },
};

const TEXTS: Readonly<Record<string, object>> = {
  plain: {},
  'several prompts': { prompt: ['Once', 'Twice'] },
  'token ids': { prompt: [5, 6, 7] },
  streamed: { stream: true },
  'streamed with usage': { stream: true, stream_options: { include_usage: true } },
  echo: { echo: true },
  logprobs: { logprobs: 2 },
  'two choices': { n: 2, temperature: 0.5 },
  'a stop string': { stop: ['e'] },
};

const RESPONSES: Readonly<Record<string, object>> = {
  plain: {},
  instructions: { instructions: 'Be brief.' },
  messages: { input: MESSAGES },
  streamed: { stream: true },
  'JSON schema': { max_output_tokens: 40, text: { format: { type: 'json_schema', name: 'c', schema, strict: true } } },
};

const MESSAGES_OF_ANTHROPIC: Readonly<Record<string, object>> = {
  plain: {},
  system: { system: 'Be brief.' },
  streamed: { stream: true },
  'stop sequences': { stop_sequences: ['e'] },
  blocks: { messages: [{ role: 'user', content: [{ type: 'text', text: 'Name a colour.' }] }] },
  'a tool offered': { tools: [{ name: 'weather', input_schema: schema }] },
};

const each = (path: string, make: (more: object) => object, variants: Readonly<Record<string, object>>) =>
  Object.entries(variants).map(([name, more]) => post('good', path, name, make(more)));

/** What the references have. */
export const GOOD: readonly ListedRequest[] = [
  ...each(CHAT, chat, CHATS),
  ...each('/v1/completions', text, TEXTS),
  ...each('/v1/responses', response, RESPONSES),
  ...each('/v1/messages', message, MESSAGES_OF_ANTHROPIC),
  post('good', '/v1/messages/count_tokens', 'plain', { model: MODEL, messages: MESSAGES }),
  post('good', '/v1/messages/count_tokens', 'system', { model: MODEL, messages: MESSAGES, system: 'Be brief.' }),
  post('good', '/tokenize', 'text', { model: MODEL, prompt: 'Once upon' }),
  post('good', '/tokenize', 'chat', { model: MODEL, messages: MESSAGES }),
  post('good', '/detokenize', 'plain', { model: MODEL, tokens: [5, 6, 7] }),
  post('good', '/v1/embeddings', 'of a model that does not embed', { model: MODEL, input: 'Once' }),
  ask('good', 'GET', '/v1/models'),
  ask('good', 'GET', '/health'),
];
