import type { GatewayRooms, GatewaySettings } from './gateway.ts';
import type { Guardrails } from './guardrails/guardrails.ts';
import type { ConnectionLimit } from './limits/connection-limit.ts';
import type { Receiving } from './intake/receiving.ts';
import type { RouteTable } from './routing/route-table.ts';
import type { Door } from './tenants/door.ts';
import type { Seats } from './tenants/seats.ts';
import type { TenantLabel } from './tenants/tenant-labels.ts';

/** What the endpoints serve from; `table`, `door` and `draining` change while it runs. */
export interface Front {
  readonly rooms: GatewayRooms;
  readonly settings: GatewaySettings;
  readonly door: Door;
  readonly seats: Seats;
  readonly tenantLabel: TenantLabel;
  readonly table: RouteTable;
  /** Absent where there are none. */
  readonly guardrails: Guardrails | undefined;
  readonly receiving: Receiving;
  readonly connections: ConnectionLimit;
  readonly draining: boolean;
}
