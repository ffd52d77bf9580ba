import type { StreamFault } from '../faults/pending.ts';
import type { AnswerHead, FinishedChoice } from '../openai/answer.ts';
import { chatAnswer, chatChunks } from '../openai/chat-answer.ts';
import { ENGINE_DEAD } from '../openai/errors.ts';
import type { GenerationRequest } from '../openai/generation-request.ts';
import { textAnswer, textChunks } from '../openai/text-answer.ts';
import type { Piece } from '../reply/piece.ts';
import { answerError, answerText } from './answering.ts';
import type { ServerContext } from './context.ts';
import { counted } from './counted.ts';
import type { HttpReply } from './http.ts';
import { narrate, type Narration } from './narration.ts';
import { CLIENT_CLOSED_REQUEST } from './silence.ts';
import { streamEvents } from './stream.ts';

/** What one run of a request needs beside the request. */
export interface RunFacts {
  readonly id: string;
  /** The client closed its connection: the request is aborted. */
  readonly gone: AbortSignal;
  readonly fault: StreamFault;
}

/** Runs a checked request. */
export function generate(
  request: GenerationRequest,
  { id, gone, fault }: RunFacts,
  { generations, series, settings, nowMs }: Pick<ServerContext, 'generations' | 'series' | 'settings' | 'nowMs'>,
): Promise<HttpReply> | HttpReply {
  const generation = generations.start(request.choices);
  const narration = counted(narrate(request, generation), series, nowMs);
  if (gone.aborted) generation.cancel();
  gone.addEventListener('abort', () => generation.cancel(), { once: true });
  const head: AnswerHead = {
    id: `${request.api === 'chat' ? 'chatcmpl' : 'cmpl'}-${id}`,
    createdUnixS: Math.floor(Date.now() / 1000),
    model: settings.facts.servedNames[0],
    logprobs: request.logprobs,
  };
  if (!request.sampling.stream) return answerWhole(request, head, narration);
  const chunks = request.api === 'chat' ? chatChunks(head) : textChunks(head);
  return {
    status: 200,
    headers: { 'content-type': 'text/event-stream; charset=utf-8' },
    body: streamEvents(request, { narration, generation, chunks, fault }),
  };
}

async function answerWhole(request: GenerationRequest, head: AnswerHead, narration: Narration): Promise<HttpReply> {
  const told: Piece[][] = request.choices.map(() => []);
  const finished: FinishedChoice[] = [];
  while (!narration.finished()) {
    const news = await narration.next();
    if (news === 'failed') return answerError(ENGINE_DEAD);
    if (news === 'cancelled') return answerText('', CLIENT_CLOSED_REQUEST);
    for (const { choice, pieces, finished: end } of news) {
      told[choice]?.push(...pieces);
      if (end !== undefined) finished[choice] = { told: told[choice] ?? [], ...end };
    }
  }
  const answer = request.api === 'chat' ? chatAnswer : textAnswer;
  return answerText(answer(head, finished, narration.usage()));
}
