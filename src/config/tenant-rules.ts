import type { BrokenRule } from './rules.ts';
import type { FileConfig } from './schema.ts';

/** What is broken in `tenants` and `tenant_defaults` that one key alone cannot show. */
export function brokenTenants(config: FileConfig): BrokenRule[] {
  return [...duplicates(config), ...unknownPools(config), ...namers(config)];
}

function duplicates({ tenants }: FileConfig): BrokenRule[] {
  const seen = new Set<string>();
  return tenants.flatMap(({ name }, index) => {
    if (!seen.has(name)) {
      seen.add(name);
      return [];
    }
    return [{ path: ['tenants', index, 'name'], message: `duplicate tenant "${name}"` }];
  });
}

function unknownPools({ pools, tenants, tenantDefaults }: FileConfig): BrokenRule[] {
  const known = Object.keys(pools).join(', ');
  const check = (named: readonly string[] | undefined, path: (string | number)[]): BrokenRule[] =>
    (named ?? []).flatMap((pool, index) =>
      Object.hasOwn(pools, pool)
        ? []
        : [{ path: [...path, 'pools', index], message: `unknown pool "${pool}"; pools are: ${known}` }],
    );
  return [
    ...tenants.flatMap((it, index) => check(it.pools, ['tenants', index])),
    ...check(tenantDefaults.pools, ['tenant_defaults']),
  ];
}

function namers({ gateway, tenants }: FileConfig): BrokenRule[] {
  if (gateway.tenantHeader !== undefined) return [];
  return tenants.flatMap(({ namesTenants }, index) =>
    namesTenants
      ? [
          {
            path: ['tenants', index, 'names_tenants'],
            message: 'it needs a header to name them in: set gateway.tenant_header',
          },
        ]
      : [],
  );
}
