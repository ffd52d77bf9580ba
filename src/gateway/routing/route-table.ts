import type { PoolRoute } from '../gateway.ts';

/** The routes, indexed for one look-up a request. */
export interface RouteTable {
  readonly routes: readonly PoolRoute[];
  /** Every name a client may use, pools first, then aliases, then real models. */
  readonly names: readonly string[];
  byPool(pool: string): PoolRoute | undefined;
  byName(name: string): PoolRoute | undefined;
}

/** Indexes the routes. Where two share a name, a pool's own name wins over an alias, an alias over a real model. */
export function createRouteTable(routes: readonly PoolRoute[]): RouteTable {
  const pools = new Map(routes.map((route) => [route.pool, route]));
  const names = new Map(pools);
  const add = (name: string, route: PoolRoute) => names.has(name) || names.set(name, route);
  for (const route of routes) for (const alias of route.aliases) add(alias, route);
  for (const route of routes) add(route.model, route);
  return {
    routes,
    names: [...names.keys()],
    byPool: (pool) => pools.get(pool),
    byName: (name) => names.get(name),
  };
}
