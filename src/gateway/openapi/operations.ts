import type { REFUSALS } from './errors.ts';

/** What one method of one path is. */
export interface Operation {
  readonly path: string;
  readonly method: 'get' | 'post';
  readonly id: string;
  readonly tag: 'OpenAI' | 'Anthropic' | 'vLLM' | 'Models' | 'Operation';
  readonly summary: string;
  /** Names of schemas. */
  readonly request?: string;
  readonly answer: string;
  /** The schema of one event, where it can answer so. */
  readonly event?: string;
  readonly refusals: keyof typeof REFUSALS;
}

const work = { method: 'post', refusals: 'work' } as const;
const operation = { method: 'get', tag: 'Operation' } as const;

/** Where the text of `GET /metrics` is told by its media type instead of a schema. */
export const PLAIN_TEXT = 'text/plain';

export const OPERATIONS: readonly Operation[] = [
  {
    ...work,
    path: '/v1/chat/completions',
    id: 'createChatCompletion',
    tag: 'OpenAI',
    summary: 'Answers a chat.',
    request: 'ChatRequest',
    answer: 'ChatCompletion',
    event: 'ChatEvent',
  },
  {
    ...work,
    path: '/v1/completions',
    id: 'createCompletion',
    tag: 'OpenAI',
    summary: 'Continues a text.',
    request: 'CompletionRequest',
    answer: 'Completion',
    event: 'CompletionEvent',
  },
  {
    ...work,
    path: '/v1/responses',
    id: 'createResponse',
    tag: 'OpenAI',
    summary: 'Answers, without keeping anything.',
    request: 'ResponseRequest',
    answer: 'Response',
    event: 'ResponseEvent',
  },
  {
    ...work,
    path: '/v1/embeddings',
    id: 'createEmbedding',
    tag: 'OpenAI',
    summary: 'Texts as vectors, by models that are made for it.',
    request: 'EmbeddingRequest',
    answer: 'Embeddings',
  },
  {
    ...work,
    path: '/v1/messages',
    id: 'createMessage',
    tag: 'Anthropic',
    summary: 'Answers a conversation.',
    request: 'MessageRequest',
    answer: 'Message',
    event: 'MessageEvent',
  },
  {
    ...work,
    path: '/v1/messages/count_tokens',
    id: 'countMessageTokens',
    tag: 'Anthropic',
    summary: 'How many tokens a conversation has.',
    request: 'MessageCountRequest',
    answer: 'MessageCount',
  },
  {
    ...work,
    path: '/tokenize',
    id: 'tokenize',
    tag: 'vLLM',
    summary: 'The tokens of a text or of a chat.',
    request: 'TokenizeRequest',
    answer: 'Tokens',
  },
  {
    ...work,
    path: '/detokenize',
    id: 'detokenize',
    tag: 'vLLM',
    summary: 'The text of tokens.',
    request: 'DetokenizeRequest',
    answer: 'DetokenizedText',
  },
  {
    method: 'get',
    path: '/v1/models',
    id: 'listModels',
    tag: 'Models',
    summary: 'Every name that `model` may hold.',
    answer: 'ModelList',
    refusals: 'models',
  },
  {
    method: 'get',
    path: '/v1/models/{id}',
    id: 'showModel',
    tag: 'Models',
    summary: 'One of them. Slashes may come as they are.',
    answer: 'Model',
    refusals: 'model',
  },
  { ...operation, path: '/health', id: 'health', summary: 'The process lives.', answer: 'Status', refusals: 'open' },
  {
    ...operation,
    path: '/ready',
    id: 'ready',
    summary: 'Every pool can serve.',
    answer: 'Status',
    refusals: 'readiness',
  },
  {
    ...operation,
    path: '/openapi.json',
    id: 'openapi',
    summary: 'This document.',
    answer: 'Document',
    refusals: 'open',
  },
  { ...operation, path: '/metrics', id: 'metrics', summary: 'For Prometheus.', answer: PLAIN_TEXT, refusals: 'open' },
];
