import type { Config } from '../../config/index.ts';
import type { FormerName, PoolRoute } from '../../gateway/index.ts';
import type { KeptName } from '../kept/config-store.ts';
import { poolRoutes } from '../replica-plans.ts';

/** Which names the pools answer to while and after their models change. */
export interface PoolNames {
  /** Of both configs, until one of the others is called. A pool that goes is not entered any more. */
  duringChange(from: Config, to: Config): void;
  /** Names that stay for a while once `to` is in the place of `from`, those of earlier changes among them. */
  after(from: Config, to: Config): readonly KeptName[];
  adopt(config: Config, former: readonly KeptName[]): void;
  /** What was begun is taken back. */
  backTo(config: Config): void;
  /** As the gateway has them now. */
  routes(): readonly PoolRoute[];
}

interface NamesParts {
  readonly former: readonly KeptName[];
  readonly unixMs: () => number;
  readonly setRoutes: (routes: readonly PoolRoute[]) => void;
}

/** The pools of a config, and the names that earlier changes left to them. Tells the gateway at once. */
export function createPoolNames(config: Config, { former: kept, unixMs, setRoutes }: NamesParts): PoolNames {
  let former = kept;
  let routes: readonly PoolRoute[] = [];
  const tell = (next: readonly PoolRoute[]) => {
    routes = next;
    setRoutes(next);
  };
  const settle = (of: Config) => tell(poolRoutes(of).map((route) => withNames(route, timed(route, former))));
  settle(config);
  return {
    duringChange: (from, to) => tell(routesOfBoth(from, to, former)),
    after: (from, to) => namesAfter(from, to, former, unixMs()),
    adopt(of, names) {
      former = names;
      settle(of);
    },
    backTo: settle,
    routes: () => routes,
  };
}

function routesOfBoth(from: Config, to: Config, former: readonly KeptName[]): readonly PoolRoute[] {
  const before = poolRoutes(from);
  return poolRoutes(to).map((route) => {
    const old = before.find((it) => it.pool === route.pool);
    return withNames(route, [...timed(route, former), ...(old === undefined ? [] : namesOf(old))]);
  });
}

function namesOf({ model, aliases }: PoolRoute): readonly FormerName[] {
  return [
    { name: model, isModel: true, untilUnixMs: undefined },
    ...aliases.map((name) => ({ name, isModel: false, untilUnixMs: undefined })),
  ];
}

function timed({ pool }: PoolRoute, former: readonly KeptName[]): readonly FormerName[] {
  return former.filter((it) => it.pool === pool).map(({ name, untilUnixMs }) => ({ name, isModel: true, untilUnixMs }));
}

/** Without those that it has anyway. */
function withNames(route: PoolRoute, names: readonly FormerName[]): PoolRoute {
  const own = new Set([route.pool, route.model, ...route.aliases]);
  const formerNames = names.filter((it) => !own.has(it.name));
  return formerNames.length === 0 ? route : { ...route, formerNames };
}

/** Most names that are kept; each is a model that some pool had within `rollout.alias_old_name_s`. */
const FORMER_NAMES_MAX = 64;

function namesAfter(from: Config, to: Config, former: readonly KeptName[], nowUnixMs: number): readonly KeptName[] {
  const untilUnixMs = nowUnixMs + to.rollout.aliasOldNameMs;
  const replaced = Object.entries(to.pools).flatMap(([pool, { servedName }]): KeptName[] => {
    const before = from.pools[pool]?.servedName;
    return before === undefined || before === servedName ? [] : [{ pool, name: before, untilUnixMs }];
  });
  const renewed = new Set(replaced.map((it) => it.name));
  const present = new Set(Object.values(to.pools).map((it) => it.servedName));
  return [...former.filter((it) => !renewed.has(it.name)), ...replaced]
    .filter((it) => it.untilUnixMs > nowUnixMs && Object.hasOwn(to.pools, it.pool) && !present.has(it.name))
    .slice(-FORMER_NAMES_MAX);
}
