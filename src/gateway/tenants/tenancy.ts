import type { Front } from '../front.ts';
import type { GatewayRooms, GatewaySettings } from '../gateway.ts';
import { createDoor, type KeyPolicy } from './door.ts';
import { createKeyFailures } from './keys/failures.ts';
import { createSeats } from './seats.ts';
import { createTenantLabels } from './tenant-labels.ts';
import { createTenantTable } from './tenant-table.ts';

type TenantFront = Pick<Front, 'door' | 'seats' | 'tenantLabel'>;

/** Who may enter, and what each may do; both change while the gateway runs. */
interface Tenancy {
  readonly front: TenantFront;
  /** Keys stay as they are. */
  retune(settings: Pick<GatewaySettings, 'tenants' | 'tenantHeader' | 'keyFailuresPerMinute'>): TenantFront;
  setKeys(policy: KeyPolicy): TenantFront;
}

/** Makes a new door for each change; what counts over time goes on. */
export function createTenancy(settings: GatewaySettings, rooms: GatewayRooms): Tenancy {
  let { tenantHeader, keyFailuresPerMinute } = settings;
  let failures = createKeyFailures(keyFailuresPerMinute, rooms.clock);
  const seats = createSeats();
  const labels = createTenantLabels();
  let { tenants, keys } = settings;

  const open = (): TenantFront => {
    labels.keep(tenants.configured.map((it) => it.name));
    const toldApart = keys.is !== 'open' || tenantHeader !== undefined || tenants.configured.length > 0;
    const table = createTenantTable(tenants, toldApart);
    return { door: createDoor(keys, { ...rooms, table, tenantHeader, failures }), seats, tenantLabel: labels.labelOf };
  };
  return {
    front: open(),
    retune(next) {
      if (next.keyFailuresPerMinute !== keyFailuresPerMinute)
        failures = createKeyFailures(next.keyFailuresPerMinute, rooms.clock);
      ({ tenants, tenantHeader, keyFailuresPerMinute } = next);
      return open();
    },
    setKeys(next) {
      keys = next;
      return open();
    },
  };
}
