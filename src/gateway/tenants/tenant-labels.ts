/** Tenants beyond those of the config that have time series of their own. Each costs a few per pool, for ever. */
export const LABELS_MAX = 200;

/** The label of all others. */
export const OTHER = 'other';

/** Names a tenant as metrics do. */
export type TenantLabel = (tenant: string) => string;

/** Who has a label of its own. What once has one keeps it. */
interface TenantLabels {
  /** These do, whatever their number. */
  keep(configured: readonly string[]): void;
  readonly labelOf: TenantLabel;
}

/** The tenants of the config by name, and of all others the first that come. */
export function createTenantLabels(): TenantLabels {
  const named = new Set<string>();
  let room = LABELS_MAX;
  return {
    keep: (configured) => configured.forEach((it) => named.add(it)),
    labelOf(tenant) {
      if (named.has(tenant)) return tenant;
      if (room === 0) return OTHER;
      room -= 1;
      named.add(tenant);
      return tenant;
    },
  };
}
