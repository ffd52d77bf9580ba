import { COUNT, FLAG, object, orNull, type Schema, type Schemas } from '../schema.ts';

export const MODEL: Schema = {
  type: 'string',
  description: 'A pool, an alias, a real model name, or `auto`; absent, it is `auto`. `GET /v1/models` lists them.',
  examples: ['auto', 'heavy', 'light'],
};

/** What requests have that generate; `null` is absent. */
export const SAMPLING: Schemas = {
  temperature: orNull({ type: 'number', minimum: 0, maximum: 2 }),
  top_p: orNull({ type: 'number', exclusiveMinimum: 0, maximum: 1 }),
  stream: orNull(FLAG),
};

export const SERVICE_TIER: Schema = {
  description: 'Priority in line: `priority` goes first, `flex` last. The answer says which one it got.',
  anyOf: [{ type: 'string', enum: ['auto', 'default', 'flex', 'priority', 'scale'] }, { type: 'null' }],
};

export const STREAM_OPTIONS: Schema = orNull(object({ include_usage: FLAG, continuous_usage_stats: FLAG }));

/** OpenAI's usage of completions and embeddings. */
export const USAGE: Schema = object(
  {
    prompt_tokens: COUNT,
    completion_tokens: orNull(COUNT),
    total_tokens: COUNT,
    prompt_tokens_details: orNull(object({ cached_tokens: orNull(COUNT) })),
  },
  ['prompt_tokens', 'total_tokens'],
);
