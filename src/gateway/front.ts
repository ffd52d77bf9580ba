import type { Bodies } from '../queue/index.ts';
import type { GatewayRooms, GatewaySettings } from './gateway.ts';
import type { RouteTable } from './route-table.ts';
import type { TenantLabel } from './tenants/tenant-labels.ts';
import type { TenantTable } from './tenants/tenant-table.ts';

/** What the endpoints serve from; `table` and `draining` change while it runs. */
export interface Front {
  readonly rooms: GatewayRooms;
  readonly settings: GatewaySettings;
  readonly tenants: TenantTable;
  readonly tenantLabel: TenantLabel;
  readonly table: RouteTable;
  /** Bodies on their way in. */
  readonly receiving: Bodies;
  readonly draining: boolean;
}
