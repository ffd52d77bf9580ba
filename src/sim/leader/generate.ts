import type { StreamFault } from '../faults/pending.ts';
import type { AnswerHead, FinishedChoice } from '../openai/answer.ts';
import { ENGINE_DEAD } from '../openai/errors.ts';
import type { GenerationRequest } from '../openai/generation-request.ts';
import type { Piece } from '../reply/piece.ts';
import { answerText } from './answering.ts';
import type { ServerContext } from './context.ts';
import { counted } from './counted.ts';
import type { HttpReply } from './http.ts';
import { narrate, type Narration } from './narration.ts';
import { CLIENT_CLOSED_REQUEST } from './silence.ts';
import { streamEvents } from './stream.ts';
import { WRITERS } from './writers.ts';

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
  const writer = WRITERS[request.api];
  const head: AnswerHead = {
    id: `${writer.idPrefix}${id}`,
    createdUnixS: Math.floor(Date.now() / 1000),
    model: settings.facts.servedNames[0],
    logprobs: request.logprobs,
    fields: request.fields,
  };
  if (!request.sampling.stream) return answerWhole(request, head, narration);
  const chunks = writer.stream(head, request);
  return {
    status: 200,
    headers: { 'content-type': 'text/event-stream; charset=utf-8' },
    body: streamEvents(request, { narration, generation, chunks, fault }),
  };
}

async function answerWhole(request: GenerationRequest, head: AnswerHead, narration: Narration): Promise<HttpReply> {
  const writer = WRITERS[request.api];
  const told: Piece[][] = request.choices.map(() => []);
  const finished: FinishedChoice[] = [];
  while (!narration.finished()) {
    const news = await narration.next();
    if (news === 'failed') return answerText(writer.error(ENGINE_DEAD), ENGINE_DEAD.status);
    if (news === 'cancelled') return answerText('', CLIENT_CLOSED_REQUEST);
    for (const { choice, pieces, finished: end } of news) {
      told[choice]?.push(...pieces);
      if (end !== undefined) finished[choice] = { told: told[choice] ?? [], ...end };
    }
  }
  return answerText(writer.whole(head, finished, narration.usage()));
}
