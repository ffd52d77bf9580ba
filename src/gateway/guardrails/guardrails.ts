import type { GuardrailsConfig } from '../../config/index.ts';
import type { Answer } from '../answer/answer.ts';
import type { Call } from '../call.ts';
import { apiError, type ApiError } from '../errors/errors.ts';
import type { GatewayRooms } from '../gateway.ts';
import { guardAnswer } from './answer/guard-answer.ts';
import { createHook, type Hook } from './hook.ts';
import { isRecord, parseExactly, type JsonRecord } from '../body/json.ts';
import { checkRequest } from './request/check-request.ts';
import { DEPTH_MAX, visitTexts, wordlessMember } from './request/request-texts.ts';
import { tokenWish } from './request/token-wishes.ts';
import { compileRule, type CompiledRule } from './rule.ts';
import type { Scan } from './scan/scanner.ts';

/** Filters of what goes in and comes out. */
export interface Guardrails {
  /** Checks a request before it stands in line; `call` comes back with what is to be done to its answer. */
  admit(call: Call): Promise<Admitted>;
}

type Admitted = { readonly ok: true; readonly call: Call } | { readonly ok: false; readonly error: ApiError };

/** Done to an answer before anybody sees it. */
export type AnswerGuard = (answer: Answer) => Answer;

interface GuardrailRooms extends Pick<GatewayRooms, 'clock' | 'log' | 'metrics'> {
  readonly fetch: typeof fetch;
  /** Calls back when what is due by now has had its turn. */
  readonly afterThisTurn: (callback: () => void) => void;
}

/** Compiles the rules; `undefined` where there is nothing to guard, so that nothing is on the way. */
export function createGuardrails(config: GuardrailsConfig, rooms: GuardrailRooms): Guardrails | undefined {
  const rules = config.rules.map(compileRule);
  const hook = config.hook && { scope: config.hook, ...createHook(config.hook, rooms) };
  if (rules.length === 0 && hook === undefined) return undefined;
  return {
    async admit(call) {
      const held = rules.filter((it) => holdsFor(it, call));
      const onRequest = held.filter((it) => it.onRequest);
      const onResponse = held.filter((it) => it.onResponse);
      const asked = hook !== undefined && holdsFor(hook.scope, call) ? hook : undefined;
      const checked = await check(call, { onRequest, onResponse, asked }, rooms);
      if (!checked.ok || onResponse.length === 0) return checked;
      const scan = scanOf(onResponse, call, 'response', rooms);
      const shape = { dialect: call.reading.dialect, choices: call.ticket.size.choices };
      const guard: AnswerGuard = (answer) => guardAnswer(answer, shape, scan);
      return { ok: true, call: { ...checked.call, guard } };
    },
  };
}

interface Scope {
  readonly pools: readonly string[] | undefined;
  readonly tenants: readonly string[] | undefined;
}

/** What holds for a pool holds for a request that may fall back to it. */
function holdsFor({ pools, tenants }: Scope, { route, fallback, ticket }: Call): boolean {
  if (tenants !== undefined && !tenants.includes(ticket.tenant)) return false;
  return pools === undefined || pools.includes(route.pool) || (fallback !== undefined && pools.includes(fallback.pool));
}

interface Holding {
  readonly onRequest: readonly CompiledRule[];
  readonly onResponse: readonly CompiledRule[];
  readonly asked: (Hook & { readonly scope: { readonly onFailure: 'refuse' | 'pass' } }) | undefined;
}

async function check(call: Call, { onRequest, onResponse, asked }: Holding, rooms: GuardrailRooms): Promise<Admitted> {
  const hides = onResponse.some((it) => it.action !== 'flag');
  if (onRequest.length === 0 && !hides && asked === undefined) return { ok: true, call };
  const text = textOf(call.outgoing.body);
  const request: unknown = JSON.parse(text);
  if (!isRecord(request)) return { ok: true, call };
  const reads = asked !== undefined || onRequest.some((it) => it.action !== 'flag');
  const problem = unguardable(request, { hides, reads });
  if (problem !== undefined) return { ok: false, error: problem };

  const pause = (): Promise<void> => new Promise(rooms.afterThisTurn);
  const checked = await checkRequest(request, scanOf(onRequest, call, 'request', rooms), pause);
  if (checked === undefined) return { ok: false, error: apiError('invalid_json', { problem: TOO_DEEP }) };
  const { refusedBy, changed, texts } = checked;
  if (refusedBy !== undefined)
    return { ok: false, error: apiError('content_policy_violation', { by: `the rule ${refusedBy.name}` }) };
  const said = asked === undefined ? 'passed' : await asked.ask(texts, call.requestId, call.outgoing.signal);
  if (said === 'flagged')
    return { ok: false, error: apiError('content_policy_violation', { by: 'a guardrail service' }) };
  if (said !== 'passed') {
    rooms.log.warn({ request: call.requestId, failure: said }, 'the guardrail service did not judge a request');
    if (asked?.scope.onFailure === 'refuse') return { ok: false, error: apiError('guardrail_unavailable', {}) };
  }
  return { ok: true, call: changed ? withBody(call, withTexts(text, texts)) : call };
}

const TOO_DEEP = `it nests deeper than ${DEPTH_MAX} levels, which guardrails do not look into`;

/** What a request asks for that would go round the rules. */
function unguardable(request: JsonRecord, { hides, reads }: { hides: boolean; reads: boolean }): ApiError | undefined {
  const wish = hides ? tokenWish(request) : undefined;
  if (wish !== undefined) return refused(wish, 'is not taken where guardrails change answers: it shows their tokens.');
  const member = reads ? wordlessMember(request) : undefined;
  return member === undefined ? undefined : refused(member, 'must be text where guardrails read requests.');
}

function refused(param: string, why: string): ApiError {
  return apiError('invalid_request_error', { problem: `\`${param}\` ${why}` }, param);
}

/** The same JSON with other texts in place of its own. */
function withTexts(json: string, texts: readonly string[]): string {
  const request = parseExactly(json);
  const left = texts.values();
  if (isRecord(request)) visitTexts(request, (text) => left.next().value ?? text);
  return JSON.stringify(request);
}

/** The same request with another body. */
function withBody(call: Call, text: string): Call {
  const body = Buffer.from(text);
  return {
    ...call,
    ticket: { ...call.ticket, bodyBytes: body.length },
    outgoing: { ...call.outgoing, body },
  };
}

/** Counts and logs each rule once for a request, and once for its answer. Never the text. */
function scanOf(rules: readonly CompiledRule[], call: Call, on: 'request' | 'response', rooms: GuardrailRooms): Scan {
  const told = new Set<CompiledRule>();
  return {
    rules,
    matched(rule) {
      if (told.has(rule)) return;
      told.add(rule);
      const { name, action } = rule;
      rooms.metrics.guardrailMatches.inc({ rule: name, action, on });
      const { requestId, route, ticket } = call;
      rooms.log.warn(
        { request: requestId, rule: name, action, on, pool: route.pool, tenant: ticket.tenant },
        'a guardrail rule matched',
      );
    },
  };
}

/** A byte order mark, which is in front of JSON now and then, is left out: engines skip it too. */
const decoder = new TextDecoder();

function textOf(body: Uint8Array | string): string {
  return typeof body === 'string' ? body : decoder.decode(body);
}
