import type { TenantRouting } from './routing-rules.ts';

/** What the config says of a tenant's routing; absent = `tenant_defaults` says it, or nobody. */
interface RoutingFlags {
  readonly pools?: readonly string[] | undefined;
  readonly autoRouting?: boolean | undefined;
  readonly fallback?: boolean | undefined;
}

/** What a tenant lets this server decide: its own word, else that of all. */
export function tenantRouting(own: RoutingFlags, defaults: RoutingFlags): TenantRouting {
  const pools = own.pools ?? defaults.pools;
  return {
    auto: own.autoRouting ?? defaults.autoRouting ?? true,
    fallback: own.fallback ?? defaults.fallback ?? false,
    mayUse: pools === undefined ? () => true : (pool) => pools.includes(pool),
  };
}
