import { SEED_IN_STEP } from '../upstream/answers.ts';
import type { Job } from './job.ts';

/** The one request of a job, as short as a question to an assistant is. */
export function requestBytes(job: Pick<Job, 'kind' | 'model' | 'tokens' | 'path' | 'headers' | 'inStep'>): Uint8Array {
  const { kind, model, tokens, path = '', headers = {}, inStep = false } = job;
  const messages = [
    { role: 'system', content: 'You are a helpful assistant.' },
    { role: 'user', content: 'Which animal does the quick brown fox jump over, and why does it do so?' },
  ];
  const pace = inStep ? { seed: SEED_IN_STEP } : {};
  const stream = kind === 'streams';
  const body = JSON.stringify({ model, messages, max_tokens: tokens, temperature: 0, stream, ...pace });
  const head = [
    `POST ${path}/v1/chat/completions HTTP/1.1`,
    'host: 127.0.0.1',
    'content-type: application/json',
    'accept: application/json, text/event-stream',
    'user-agent: ssw-infer-bench',
    ...Object.entries(headers).map(([name, value]) => `${name}: ${value}`),
    `content-length: ${Buffer.byteLength(body)}`,
  ];
  return Buffer.from(`${head.join('\r\n')}\r\n\r\n${body}`);
}
