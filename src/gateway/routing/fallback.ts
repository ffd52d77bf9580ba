import type { Refusal } from '../../queue/index.ts';
import { badHeader } from '../errors/bad-header.ts';
import type { ApiError } from '../errors/errors.ts';
import type { PoolRoute } from '../gateway.ts';
import type { Desk } from './choose-route.ts';

/** The client's word on another pool than the one it named: the header `x-ssw-fallback`. */
const WORDS = ['allow', 'never'] as const;
type Word = (typeof WORDS)[number];

export const FALLBACK_HEADER = 'x-ssw-fallback';

type WordRead =
  { readonly ok: true; readonly word: Word | undefined } | { readonly ok: false; readonly error: ApiError };

/** Reads the header. Our own headers are strict. */
export function readFallbackWord(headers: Headers): WordRead {
  const said = headers.get(FALLBACK_HEADER);
  if (said === null) return { ok: true, word: undefined };
  const word = WORDS.find((it) => it === said);
  if (word !== undefined) return { ok: true, word };
  return { ok: false, error: badHeader(FALLBACK_HEADER, `be one of ${WORDS.join(', ')}`) };
}

/** How firmly a pool was asked for. */
interface Firmness {
  readonly word: Word | undefined;
  /** The header `x-ssw-pool` names it: only a client that allows it gets another. */
  readonly namesPool: boolean;
}

/** The pool that steps in for another: only where the config has one and the tenant allows it, and never against its word. */
export function fallbackOf(route: PoolRoute, { word, namesPool }: Firmness, desk: Desk): PoolRoute | undefined {
  const { table, rules, tenant } = desk;
  if (!tenant.fallback || word === 'never' || (namesPool && word === undefined)) return undefined;
  const name = Object.hasOwn(rules.fallback, route.pool) ? rules.fallback[route.pool] : undefined;
  return name === undefined || !tenant.mayUse(name) ? undefined : table.byPool(name);
}

/** Refusals that say: not here, not now. Nothing ran, and another pool may have room. */
const ELSEWHERE: ReadonlySet<Refusal['reason']> = new Set<Refusal['reason']>([
  'no_replica',
  'wait_too_long',
  'server_overloaded',
]);

/** Whether a refusal is one of the pool, and not of the request or of its tenant. */
export function isOfThePool({ reason }: Refusal): boolean {
  return ELSEWHERE.has(reason);
}
