import { apiError, type ApiError } from '../errors/errors.ts';
import type { PoolRoute } from '../gateway.ts';
import type { Named, RouteTable } from './route-table.ts';
import type { RoutingRules, TenantRouting } from './routing-rules.ts';
import type { Signals } from './signals.ts';
import { weigh } from './weigh.ts';

/** The name that leaves the choice of a pool to this server. */
export const AUTO = 'auto';

/** How a client named what it wants. */
export interface Wish {
  /** Header `x-ssw-pool`. */
  readonly poolHeader: string | null;
  /** The body's `model`. */
  readonly model: string | undefined;
}

/** What `auto` weighs. */
export interface Load {
  /** Tokens, estimated. */
  readonly promptTokens: number;
  readonly signals: () => Signals;
}

/** A pool, and how it came to be chosen. */
interface Chosen {
  readonly route: PoolRoute;
  /** The real model that it named. */
  readonly model: string | undefined;
  /** Why, where the choice was this server's. */
  readonly reason: string | undefined;
}

type Choice = { readonly ok: true; readonly chosen: Chosen } | { readonly ok: false; readonly error: ApiError };

/** Who asks, and by which rules a pool is found. */
export interface Desk {
  readonly table: RouteTable;
  readonly rules: RoutingRules;
  readonly tenant: TenantRouting;
}

/** What the client named: a pool in the header, or a model in the body; or nothing. */
interface Asked {
  readonly name: string | undefined;
  readonly param: 'model' | 'x-ssw-pool';
}

/** Chooses the pool: the header wins, else the model's name decides; no name at all means `auto`. */
export function chooseRoute({ poolHeader, model }: Wish, load: Load, desk: Desk): Choice {
  const { table } = desk;
  const asked: Asked =
    poolHeader === null ? { name: model, param: 'model' } : { name: poolHeader, param: 'x-ssw-pool' };
  const { name, param } = asked;
  const named = name === undefined ? undefined : param === 'model' ? table.byName(name) : ofPool(table.byPool(name));
  if (named !== undefined) return desk.tenant.mayUse(named.route.pool) ? found(named) : notAllowed(asked, desk);
  return name === undefined || name === AUTO ? chooseFreely(asked, load, desk) : unknown(asked, desk);
}

/** By weight; where that pool is missing, or not for this tenant, the first that is. */
function chooseFreely(asked: Asked, { promptTokens, signals }: Load, desk: Desk): Choice {
  const { table, rules, tenant } = desk;
  if (!tenant.auto) return unknown(asked, desk);
  const { is, reason } = weigh(promptTokens, signals(), rules.weights);
  const wanted = table.byPool(rules[is]);
  if (wanted !== undefined && tenant.mayUse(wanted.pool)) return found({ route: wanted, model: undefined }, reason);
  const other = ofPool(table.routes.find((it) => tenant.mayUse(it.pool)));
  return other === undefined ? unknown(asked, desk) : found(other, `${reason},no_such_pool`);
}

function ofPool(route: PoolRoute | undefined): Named | undefined {
  return route && { route, model: undefined };
}

function found({ route, model }: Named, reason?: string): Choice {
  return { ok: true, chosen: { route, model, reason } };
}

function unknown({ name, param }: Asked, desk: Desk): Choice {
  const known = namesFor(param, desk);
  if (name === undefined) {
    const problem = `You must name a \`model\`. Use one of: ${known}.`;
    return { ok: false, error: apiError('invalid_request_error', { problem }, 'model') };
  }
  return { ok: false, error: apiError('model_not_found', { model: shorten(name), known }, param) };
}

function notAllowed({ name = AUTO, param }: Asked, desk: Desk): Choice {
  const known = namesFor(param, desk);
  return { ok: false, error: apiError('model_not_allowed', { model: shorten(name), known }, param) };
}

/** What this tenant may write there. */
function namesFor(param: Asked['param'], { table, tenant }: Desk): string {
  const mayName = (name: string) => tenant.mayUse(table.byName(name)?.route.pool ?? name);
  const names = (param === 'model' ? table.names : table.routes.map((it) => it.pool)).filter(mayName);
  return [...names, ...(tenant.auto ? [AUTO] : [])].join(', ');
}

/** Longest part of a client's own text that an error repeats. */
const ECHO_CHARACTERS_MAX = 120;

/** A client's own text as an error repeats it. */
export function shorten(text: string): string {
  return text.length <= ECHO_CHARACTERS_MAX ? text : `${text.slice(0, ECHO_CHARACTERS_MAX)}…`;
}
