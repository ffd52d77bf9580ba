import { request as startRequest, type IncomingMessage } from 'node:http';
import { bytesOf, type ListedRequest } from './request.ts';

/** Whom a request is sent to: a port on loopback, or a unix socket. */
export type Target = { readonly host: string; readonly port: number } | { readonly socketPath: string };

/** What came back. */
export interface Answer {
  readonly status: number;
  readonly contentType: string;
  readonly body: string;
}

const ANSWER_LIMIT_MS = 120_000;

/** Sends it as it is written: by `node:http`, which leaves path and headers alone. */
export function send(target: Target, { method, path, headers, body }: ListedRequest): Promise<Answer> {
  const bytes = body === undefined ? undefined : bytesOf(body);
  const length = bytes === undefined ? {} : { 'content-length': String(bytes.length) };
  const { promise, resolve, reject } = Promise.withResolvers<Answer>();
  const options = { ...target, method, path, headers: { host: 'localhost', ...headers, ...length }, agent: false };
  const sending = startRequest({ ...options, timeout: ANSWER_LIMIT_MS }, (response) => {
    read(response).then(resolve, reject);
  });
  sending.on('error', reject);
  sending.on('timeout', () => sending.destroy(new Error(`no answer to ${method} ${path}`)));
  sending.end(bytes);
  return promise;
}

async function read(response: IncomingMessage): Promise<Answer> {
  const chunks: Buffer[] = [];
  for await (const chunk of response) chunks.push(Buffer.from(chunk as Uint8Array));
  const contentType = (response.headers['content-type'] ?? '').split(';')[0] ?? '';
  return { status: response.statusCode ?? 0, contentType, body: Buffer.concat(chunks).toString('utf8') };
}
