import { drawStreamFault, type StreamFault } from '../faults/pending.ts';
import { parseBody } from '../openai/body.ts';
import { ENGINE_BUSY, ENGINE_DEAD, SHUTTING_DOWN, type ApiError, type Outcome } from '../openai/errors.ts';
import type { GenerationRequest, ModelFacts } from '../openai/generation-request.ts';
import type { Fields } from '../openai/json.ts';
import { answerError } from './answering.ts';
import type { ServerContext } from './context.ts';
import { generate } from './generate.ts';
import type { HttpReply, HttpRequest } from './http.ts';
import { keepSilent } from './silence.ts';

/** Checks a body and settles its answers: `readChat` or `readText`. */
type Read = (fields: Fields, facts: ModelFacts) => Outcome<GenerationRequest>;

/** Serves a completion: what is wrong with the request comes before what is wrong with the engine. */
export function complete(request: HttpRequest, server: ServerContext, read: Read): HttpReply | Promise<HttpReply> {
  const body = parseBody(request.body, request.headers['content-type']);
  if (!body.ok) return answerError(body.error);
  const asked = read(body.value, server.settings.facts);
  if (!asked.ok) return answerError(asked.error);
  const refused = refusal(server);
  if (refused !== undefined) return answerError(refused);

  const { sampling } = asked.value;
  if (server.pending().answers === 'never_token') return keepSilent(sampling, request.gone);
  const fault = sampling.stream ? drawFault(server) : 'none';
  const id = request.headers['x-request-id'] ?? sampling.requestId ?? crypto.randomUUID().replaceAll('-', '');
  return generate(asked.value, { id, gone: request.gone, fault }, server);
}

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
