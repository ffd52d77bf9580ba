import type { PoolRoute } from '../gateway.ts';

/** What a name that a client may use stands for. */
export interface Named {
  readonly route: PoolRoute;
  /** It is a real model's, and a replica that has that answers; `undefined`: any of the pool does. */
  readonly model: string | undefined;
}

/** The routes, indexed for one look-up a request. */
export interface RouteTable {
  readonly routes: readonly PoolRoute[];
  /** Every name a client may use: pools first, then aliases, then real models, then what was one of these. */
  readonly names: readonly string[];
  byPool(pool: string): PoolRoute | undefined;
  byName(name: string): Named | undefined;
}

/**
 * Indexes the routes. Where two share a name, a pool's own name wins over an alias, an alias over a real model, and all
 * over a former name.
 */
export function createRouteTable(routes: readonly PoolRoute[]): RouteTable {
  const pools = new Map(routes.map((route) => [route.pool, route]));
  const names = new Map<string, Named>();
  const add = (name: string, route: PoolRoute, model?: string) => {
    if (!names.has(name)) names.set(name, { route, model });
  };
  for (const route of routes) add(route.pool, route);
  for (const route of routes) for (const alias of route.aliases) add(alias, route);
  for (const route of routes) add(route.model, route, route.model);
  for (const route of routes) {
    for (const { name, isModel } of route.formerNames ?? []) add(name, route, isModel ? name : undefined);
  }
  return {
    routes,
    names: [...names.keys()],
    byPool: (pool) => pools.get(pool),
    byName: (name) => names.get(name),
  };
}
