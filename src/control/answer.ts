import type { Clock, Log } from '../telemetry/index.ts';
import { CONTROL_API, type ControlHandler } from './api.ts';
import { createAuditor, noAudit } from './audit.ts';
import type { Caller } from './caller.ts';
import { matchRoute, type Route } from './route.ts';

/** What answers need. */
export interface AnswerEffects {
  readonly handler: ControlHandler;
  readonly clock: Clock;
  readonly log: Pick<Log, 'info' | 'warn'>;
}

/** Answers one request of one caller; every failure is a response with a `message`. */
export async function answerCall(
  routes: readonly Route[],
  request: Request,
  caller: Caller,
  { handler, clock, log }: AnswerEffects,
): Promise<Response> {
  const url = new URL(request.url);
  if (!url.pathname.startsWith(`${CONTROL_API}/`)) return otherVersion();
  const path = url.pathname.slice(CONTROL_API.length);
  const match = matchRoute(routes, request.method, path);
  if (match.is === 'no_path') return otherVersion();
  if (match.is === 'no_method') return refuse(405, `${path} takes ${match.allowed.join(' and ')}`);
  const { route, params } = match;
  if (route.access === 'operators' && caller.access !== 'operators')
    return refuse(403, `${route.method} ${path} is for operators, who may open the node's own control socket`);
  const action = `${request.method} ${url.pathname}${url.search}`;
  const audit = route.method === 'POST' ? createAuditor(log, caller, action) : noAudit;
  try {
    return await route.answer({
      handler,
      clock,
      audit,
      search: url.searchParams,
      param: paramOf(params),
      body: () => readJson(request),
    });
  } catch (cause) {
    if (cause instanceof SyntaxError) return refuse(400, `the body is no JSON: ${cause.message}`);
    log.warn({ cause, action }, 'a request on the control socket failed');
    return refuse(500, cause instanceof Error ? cause.message : String(cause));
  }
}

const otherVersion = (): Response => refuse(404, 'no such path; the client and the node differ in version');

/** Every answer that is no success: its words are shown as they are. */
export function refuse(status: number, message: string, headers: Record<string, string> = {}): Response {
  return Response.json({ message }, { status, headers });
}

function paramOf(params: ReadonlyMap<string, string>): (name: string) => string {
  return (name) => {
    const value = params.get(name);
    if (value === undefined) throw new Error(`a route without :${name}`);
    return value;
  };
}

async function readJson(request: Request): Promise<unknown> {
  const text = await request.text();
  return text === '' ? undefined : (JSON.parse(text) as unknown);
}
