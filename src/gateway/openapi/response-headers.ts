import { COUNT, SOME, TEXT, type Schema } from './schema.ts';

interface Header {
  readonly description: string;
  readonly required?: true;
  readonly schema: Schema;
}

/** Headers of responses, by their names. */
type Headers = Readonly<Record<string, Header>>;

const DURATION: Schema = { ...TEXT, examples: ['12ms', '1m0s'] };

/** Of every response. */
export const ANY_ANSWER: Headers = {
  'x-request-id': {
    description: 'The request’s own, or a new one.',
    required: true,
    schema: { ...TEXT, minLength: 1 },
  },
};

/** Of every response that an API of Anthropic’s gives. */
export const MESSAGE_ANSWER: Headers = {
  'request-id': { description: 'The same, as Anthropic’s SDKs read it.', required: true, schema: TEXT },
};

const WHERE: Headers = {
  'x-ssw-pool': { description: 'The pool.', schema: TEXT },
  'x-ssw-model': { description: 'The real model, encoded as in a URI.', schema: TEXT },
  'x-ssw-replica': {
    description: 'Who answered. Absent where the headers went out before that was known.',
    schema: TEXT,
  },
  'x-ssw-queue-ms': { description: 'Time in line.', schema: COUNT },
  'x-ssw-queue': { description: 'It waited in this host’s memory: Redis was away.', schema: { const: 'degraded' } },
  'x-ssw-route-reason': { description: 'Why `auto` chose that pool.', schema: TEXT },
  'x-ssw-fallback': { description: 'The pool for which another one stepped in.', schema: TEXT },
  'openai-processing-ms': { description: 'Time until the answer began.', schema: COUNT },
};

/** Where a tenant has such a limit. */
const RATES: Headers = Object.fromEntries(
  ['requests', 'tokens'].flatMap((of) => [
    [`x-ratelimit-limit-${of}`, { description: `Most ${of} in a minute.`, schema: COUNT }],
    [`x-ratelimit-remaining-${of}`, { description: `What is left of them.`, schema: COUNT }],
    [`x-ratelimit-reset-${of}`, { description: 'Until all are there again.', schema: DURATION }],
  ]),
);

/** Of an engine’s answer. */
export const WORK_ANSWER: Headers = {
  ...WHERE,
  ...RATES,
  'idempotent-replayed': { description: 'The answer was given before.', schema: { const: 'true' } },
};

/** Of every error. */
export const REFUSAL: Headers = {
  'x-should-retry': {
    description: 'Whether to send it again; the official SDKs obey.',
    required: true,
    schema: { enum: ['true', 'false'] },
  },
  'retry-after': { description: 'Seconds to wait before that.', schema: { ...SOME, maximum: 60 } },
  'retry-after-ms': { description: 'The same, finer.', schema: { ...SOME, maximum: 60_000 } },
};

/** Of refusals before or by an engine. */
export const WORK_REFUSAL: Headers = {
  ...WHERE,
  ...RATES,
  'x-ssw-reject-reason': { description: 'Finer than the code.', schema: TEXT },
};

/** Of 401. */
export const CHALLENGE: Headers = { 'www-authenticate': { description: 'RFC 6750.', required: true, schema: TEXT } };

export const RESPONSE_HEADERS: Headers = {
  ...ANY_ANSWER,
  ...MESSAGE_ANSWER,
  ...WORK_ANSWER,
  ...REFUSAL,
  ...WORK_REFUSAL,
  ...CHALLENGE,
};

/** Headers as a response names them. */
export function headerRefs(headers: Headers): Readonly<Record<string, object>> {
  return Object.fromEntries(Object.keys(headers).map((name) => [name, { $ref: `#/components/headers/${name}` }]));
}
