import { drawStreamFault, type StreamFault } from '../faults/pending.ts';
import { parseBody } from '../openai/body.ts';
import { ENGINE_BUSY, ENGINE_DEAD, SHUTTING_DOWN, type ApiError, type Outcome } from '../openai/errors.ts';
import type { GenerationRequest, ModelFacts } from '../openai/generation-request.ts';
import type { Fields } from '../openai/json.ts';
import { readMessages } from '../messages/request.ts';
import { readChat } from '../openai/chat-request.ts';
import { readText } from '../openai/text-request.ts';
import { readResponses } from '../responses/request.ts';
import { answerError, answerText } from './answering.ts';
import type { ServerContext } from './context.ts';
import { generate } from './generate.ts';
import type { HttpReply, HttpRequest } from './http.ts';
import { keepSilent } from './silence.ts';
import { WRITERS } from './writers.ts';

/** Checks a body and settles its answers. */
type Read = (fields: Fields, facts: ModelFacts) => Outcome<GenerationRequest>;
type Api = GenerationRequest['api'];

const READERS: Readonly<Record<Api, Read>> = {
  chat: readChat,
  text: readText,
  responses: readResponses,
  messages: readMessages,
};

/** Serves a completion: what is wrong with the request comes before what is wrong with the engine. */
export function complete(request: HttpRequest, server: ServerContext, api: Api): HttpReply | Promise<HttpReply> {
  const body = parseBody(request.body, request.headers['content-type']);
  if (!body.ok) return answerError(body.error);
  const facts = { ...server.settings.facts, rubbish: server.pending().answers === 'rubbish' };
  const asked = READERS[api](body.value, facts);
  const refused = asked.ok ? refusal(server) : asked.error;
  if (!asked.ok || refused !== undefined) return refuse(refused ?? ENGINE_DEAD, api);

  const { sampling } = asked.value;
  if (server.pending().answers === 'never_token') return keepSilent(sampling, request.gone);
  const fault = sampling.stream ? drawFault(server) : 'none';
  const id = request.headers['x-request-id'] ?? sampling.requestId ?? crypto.randomUUID().replaceAll('-', '');
  return generate(asked.value, { id, gone: request.gone, fault }, server);
}

const refuse = (error: ApiError, api: Api): HttpReply => answerText(WRITERS[api].error(error), error.status);

function refusal({ life, generations, settings, series }: ServerContext): ApiError | undefined {
  const now = life().in;
  if (now === 'engine_dead') return ENGINE_DEAD;
  if (now !== 'serving') return SHUTTING_DOWN;
  if (settings.queuedRequestsMax === undefined || generations.inFlight() < settings.queuedRequestsMax) return undefined;
  series.rejections += 1;
  return ENGINE_BUSY;
}

function drawFault(server: ServerContext): StreamFault {
  const { fault, rest } = drawStreamFault(server.pending());
  server.setPending(rest);
  return fault;
}
