import type { Sampling } from '../openai/sampling.ts';
import { answerText } from './answering.ts';
import type { HttpReply } from './http.ts';

/** Nobody reads it; nginx's name for it. */
export const CLIENT_CLOSED_REQUEST = 499;

/** Takes a request and never says a token: a stream gets its status line, all else nothing. Ends when the client leaves. */
export async function keepSilent({ stream }: Sampling, gone: AbortSignal): Promise<HttpReply> {
  const left = new Promise<void>((resolve) => gone.addEventListener('abort', () => resolve(), { once: true }));
  if (stream)
    return { status: 200, headers: { 'content-type': 'text/event-stream; charset=utf-8' }, body: nothing(left) };
  await left;
  return answerText('', CLIENT_CLOSED_REQUEST);
}

async function* nothing(until: Promise<void>): AsyncGenerator<string, void, undefined> {
  await until;
  yield '';
}
