/** Tenants beyond those of the config that have time series of their own. Each costs a few per pool, for ever. */
export const LABELS_MAX = 200;

/** The label of all others. */
export const OTHER = 'other';

/** Names a tenant as metrics do. */
export type TenantLabel = (tenant: string) => string;

/** The tenants of the config by name, and of all others the first that come. */
export function createTenantLabels(configured: readonly string[]): TenantLabel {
  const named = new Set(configured);
  const max = named.size + LABELS_MAX;
  return (tenant) => {
    if (named.size < max) named.add(tenant);
    return named.has(tenant) ? tenant : OTHER;
  };
}
