import { createRouteTable, type RouteTable } from '../routing/route-table.ts';
import type { TenantRules } from './tenant-table.ts';

/** The part of a table that a tenant may use; the whole, untouched, for who may use all. */
export function openTo({ routing }: Pick<TenantRules, 'routing'>, table: RouteTable): RouteTable {
  const open = table.routes.filter((it) => routing.mayUse(it.pool));
  return open.length === table.routes.length ? table : createRouteTable(open);
}
