import type { TenantConfig, TenantDefaults } from '../../config/index.ts';
import type { TenantLimits } from '../../queue/index.ts';

/** What the config says of tenants. */
export interface TenantRules {
  /** Those whose limits differ from the defaults. */
  readonly configured: readonly TenantConfig[];
  readonly defaults: TenantDefaults;
  /** Whether requests of different tenants can be told from each other; else there is one, and the line is its own. */
  readonly toldApart: boolean;
  /** Most requests in the line of one pool. */
  readonly queueDepthMax: number;
}

/** What each tenant may do. */
export interface TenantTable {
  limitsOf(tenant: string): TenantLimits;
}

const WEIGHT_DEFAULT = 1;
/** Nobody alone fills a line that others wait in. */
const QUEUE_SHARE_DEFAULT = 0.25;
const QUEUE_SHARE_ALONE = 1;

/** Works the limits out once. */
export function createTenantTable({ configured, defaults, toldApart, queueDepthMax }: TenantRules): TenantTable {
  const shareDefault = toldApart ? QUEUE_SHARE_DEFAULT : QUEUE_SHARE_ALONE;
  const limits = (own: TenantDefaults): TenantLimits => ({
    weight: own.weight ?? defaults.weight ?? WEIGHT_DEFAULT,
    depthMax: Math.max(Math.floor((own.queueShare ?? defaults.queueShare ?? shareDefault) * queueDepthMax), 1),
    requestsPerMinute: own.requestsPerMinute ?? defaults.requestsPerMinute,
    tokensPerMinute: own.tokensPerMinute ?? defaults.tokensPerMinute,
  });
  const anybody = limits(defaults);
  const special = new Map(configured.map((it) => [it.name, limits(it)]));
  return { limitsOf: (tenant) => special.get(tenant) ?? anybody };
}
