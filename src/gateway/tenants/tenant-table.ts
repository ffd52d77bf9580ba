import type { TenantConfig, TenantDefaults } from '../../config/index.ts';
import type { TenantLimits } from '../../queue/index.ts';
import type { TenantRouting } from '../routing/routing-rules.ts';
import { tenantRouting } from '../routing/tenant-routing.ts';
import { limitedPreferences, type PreferenceLimits } from './preference-limits.ts';

/** What the config says of tenants. */
export interface TenantSettings {
  /** Those whose limits differ from the defaults. */
  readonly configured: readonly TenantConfig[];
  readonly defaults: TenantDefaults;
  /** Most requests in the line of one pool. */
  readonly queueDepthMax: number;
}

/** What one tenant may do. */
export interface TenantRules {
  /** In the queue of each pool. */
  readonly limits: TenantLimits;
  /** How urgent, and how patient, its requests may be. */
  readonly preferences: PreferenceLimits;
  /** What it leaves to this server's choice, and which pools it may use. */
  readonly routing: TenantRouting;
  /** Longest answer of one request, all its choices together. Tokens; `undefined`: no limit. */
  readonly answerTokensMax: number | undefined;
  /** Most of its requests at once; `undefined`: no limit. */
  readonly inFlightMax: number | undefined;
  /** Its keys may name other tenants. */
  readonly namesTenants: boolean;
}

/** What each tenant may do. */
export interface TenantTable {
  rulesOf(tenant: string): TenantRules;
}

const WEIGHT_DEFAULT = 1;
/** Nobody alone fills a line that others wait in. */
const QUEUE_SHARE_DEFAULT = 0.25;
const QUEUE_SHARE_ALONE = 1;

/** Works the rules out once. `toldApart`: tenants can be told from each other; else there is one, and the line is its own. */
export function createTenantTable(settings: TenantSettings, toldApart: boolean): TenantTable {
  const { configured, defaults } = settings;
  const shareDefault = toldApart ? QUEUE_SHARE_DEFAULT : QUEUE_SHARE_ALONE;
  const rules = (own: TenantDefaults, namesTenants: boolean): TenantRules => ({
    limits: limitsOf(own, settings, shareDefault),
    preferences: limitedPreferences(own, defaults),
    routing: tenantRouting(own, defaults),
    answerTokensMax: own.maxTokens ?? defaults.maxTokens,
    inFlightMax: own.maxInFlight ?? defaults.maxInFlight,
    namesTenants,
  });
  const anybody = rules(defaults, false);
  const special = new Map(configured.map((it) => [it.name, rules(it, it.namesTenants)]));
  return { rulesOf: (tenant) => special.get(tenant) ?? anybody };
}

function limitsOf(
  own: TenantDefaults,
  { defaults, queueDepthMax }: TenantSettings,
  shareDefault: number,
): TenantLimits {
  return {
    weight: own.weight ?? defaults.weight ?? WEIGHT_DEFAULT,
    depthMax: Math.max(Math.floor((own.queueShare ?? defaults.queueShare ?? shareDefault) * queueDepthMax), 1),
    requestsPerMinute: own.requestsPerMinute ?? defaults.requestsPerMinute,
    tokensPerMinute: own.tokensPerMinute ?? defaults.tokensPerMinute,
  };
}
