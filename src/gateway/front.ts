import type { GatewayRooms } from './gateway.ts';
import type { RouteTable } from './route-table.ts';

/** What the endpoints serve from; `table` and `draining` change while it runs. */
export interface Front {
  readonly rooms: GatewayRooms;
  readonly maxBodyBytes: number;
  readonly slowClientTimeoutMs: number;
  readonly table: RouteTable;
  readonly draining: boolean;
}
