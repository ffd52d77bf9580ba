import type { Job } from './job.ts';

/** The one request of a job, as short as a question to an assistant is. */
export function requestBytes({ kind, model, tokens }: Pick<Job, 'kind' | 'model' | 'tokens'>): Uint8Array {
  const messages = [
    { role: 'system', content: 'You are a helpful assistant.' },
    { role: 'user', content: 'Which animal does the quick brown fox jump over, and why does it do so?' },
  ];
  const body = JSON.stringify({ model, messages, max_tokens: tokens, temperature: 0, stream: kind === 'streams' });
  const head = [
    'POST /v1/chat/completions HTTP/1.1',
    'host: 127.0.0.1',
    'content-type: application/json',
    'accept: application/json, text/event-stream',
    'user-agent: ssw-infer-bench',
    `content-length: ${Buffer.byteLength(body)}`,
  ];
  return Buffer.from(`${head.join('\r\n')}\r\n\r\n${body}`);
}
