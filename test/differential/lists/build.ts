import type { ListedRequest } from '../request.ts';

export const MODEL = 'Qwen/Qwen2.5-14B-Instruct-AWQ';
export const MESSAGES = [{ role: 'user', content: 'Name a colour.' }];
/** With it two runs of one model say the same. */
const SURE = { temperature: 0, seed: 1 };

export const CHAT = '/v1/chat/completions';
const JSON_TYPE = { 'content-type': 'application/json' };

/** Bodies that an engine takes; a field of `more` replaces one of these, and `undefined` leaves it out. */
export const chat = (more: object) => ({ model: MODEL, messages: MESSAGES, max_tokens: 8, ...SURE, ...more });
export const text = (more: object) => ({ model: MODEL, prompt: 'Once upon', max_tokens: 8, ...SURE, ...more });
export const response = (more: object) => ({
  model: MODEL,
  input: 'Name a colour.',
  max_output_tokens: 8,
  temperature: 0,
  store: false,
  ...more,
});
export const message = (more: object) => ({ model: MODEL, messages: MESSAGES, max_tokens: 8, temperature: 0, ...more });

type Kind = ListedRequest['kind'];

/** A POST of JSON. */
export const post = (kind: Kind, path: string, name: string, body: object): ListedRequest =>
  raw(kind, path, name, JSON.stringify(body));

/** A POST of any text as JSON. */
export const raw = (
  kind: Kind,
  path: string,
  name: string,
  body: string,
  headers: object = JSON_TYPE,
): ListedRequest => ({
  name: `${path} ${name}`,
  kind,
  method: 'POST',
  path,
  headers: { ...headers },
  body,
});

/** A request without a body. */
export const ask = (kind: Kind, method: string, path: string): ListedRequest => ({
  name: `${method} ${path}`.slice(0, 80),
  kind,
  method,
  path,
  headers: {},
});
