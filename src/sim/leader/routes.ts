import { FAULTS, faultOf, isRunFault } from '../faults/table.ts';
import { parseBody } from '../openai/body.ts';
import { numberOf, textOf, type Fields } from '../openai/json.ts';
import { answerError, answerJson } from './answering.ts';
import { complete } from './complete.ts';
import type { ServerContext } from './context.ts';
import { expose } from './exposition.ts';
import type { HttpReply, HttpRequest } from './http.ts';
import { modelList } from './model-list.ts';
import { countMessageTokens, detokenizeIds, embed, tokenizeText } from './token-routes.ts';
import { VERSION } from './version.ts';

export type Handler = (request: HttpRequest, server: ServerContext) => HttpReply | Promise<HttpReply>;

/** Every path with its methods; any other path is 404, any other method 405. */
export const ROUTES: Readonly<Record<string, Readonly<Record<string, Handler>>>> = {
  '/health': { GET: health },
  '/ping': { GET: health, POST: health },
  '/version': { GET: () => answerJson({ version: VERSION, simulated: true }) },
  '/load': { GET: (_, { generations }) => answerJson({ server_load: generations.inFlight() }) },
  '/metrics': { GET: metrics },
  '/v1/models': { GET: (_, { settings }) => answerJson(modelList(settings)) },
  '/v1/chat/completions': { POST: (request, server) => complete(request, server, 'chat') },
  '/v1/completions': { POST: (request, server) => complete(request, server, 'text') },
  '/v1/responses': { POST: (request, server) => complete(request, server, 'responses') },
  '/v1/messages': { POST: (request, server) => complete(request, server, 'messages') },
  '/v1/messages/count_tokens': { POST: countMessageTokens },
  '/v1/embeddings': { POST: embed },
  '/tokenize': { POST: tokenizeText },
  '/detokenize': { POST: detokenizeIds },
  '/sim/fault': {
    GET: () => answerJson(FAULTS),
    POST: (request, server) => withBody(request, (fields) => orderFault(fields, server)),
  },
};

/** A flag, not a probe: a frozen engine keeps it at 200 (vllm/entrypoints/serve/instrumentator/health.py). */
async function health(_: HttpRequest, { pending, life }: ServerContext): Promise<HttpReply> {
  const { healthDelayMs } = pending();
  if (healthDelayMs > 0) await Bun.sleep(healthDelayMs);
  return { status: life().in === 'engine_dead' ? 503 : 200, headers: {}, body: '' };
}

function metrics(_: HttpRequest, { settings, series }: ServerContext): HttpReply {
  const { facts, card } = settings;
  const { servedNames, maxModelLen } = facts;
  const body = expose(series, { modelName: servedNames[0], limits: card.limits, maxModelLen });
  return { status: 200, headers: { 'content-type': 'text/plain; version=0.0.4; charset=utf-8' }, body };
}

function withBody(request: HttpRequest, handle: (fields: Fields) => HttpReply): HttpReply {
  const body = parseBody(request.body, request.headers['content-type']);
  return body.ok ? handle(body.value) : answerError(body.error);
}

/** `{"fault": NAME, "amount": N}`; what AMOUNT means is in the table, which GET gives. */
function orderFault(fields: Fields, { inject }: ServerContext): HttpReply {
  const fault = faultOf(textOf(fields['fault']) ?? '', numberOf(fields['amount']));
  if (fault === undefined || !isRunFault(fault))
    return answerJson({ error: 'name a fault with when = "run"', faults: FAULTS }, 400);
  inject(fault);
  return answerJson({ fault: fault.name, amount: fault.amount });
}
