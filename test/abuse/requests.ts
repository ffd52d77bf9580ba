const JSON_HEAD = 'host: a\r\ncontent-type: application/json\r\n';

/** The head of a POST of JSON; `headers` are whole lines. */
export const postHead = (headers: string, path = '/v1/chat/completions') =>
  `POST ${path} HTTP/1.1\r\n${JSON_HEAD}${headers}`;

/** A POST of JSON. */
export function post(body: string, headers = '', path?: string): string {
  return `${postHead(`${headers}content-length: ${Buffer.byteLength(body)}\r\n`, path)}\r\n${body}`;
}

/** The body of a question to the light pool. */
export const question = (tokens: number, more: Record<string, unknown> = {}) =>
  JSON.stringify({
    model: 'light',
    max_tokens: tokens,
    ignore_eos: true,
    messages: [{ role: 'user', content: 'Hello' }],
    ...more,
  });
