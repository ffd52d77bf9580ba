import type { Bodies } from '../queue/index.ts';
import { apiError, type ApiError } from './errors.ts';
import type { GatewayRooms } from './gateway.ts';
import type { IdleLimit } from './idle-limit.ts';
import { checkMediaType } from './media-type.ts';
import { readPreferences, type Preferences } from './preferences.ts';
import { readBody } from './request-body.ts';
import { readTenant } from './tenants/tenant-name.ts';

/** One HTTP request as its handler gets it. */
export interface Incoming {
  readonly request: Request;
  readonly idleLimit: IdleLimit;
  /** Without the query. */
  readonly path: string;
  readonly requestId: string;
  readonly arrivedMs: number;
}

/** One whose headers are fine and whose body is here. Nothing was looked at in that. */
export interface Received {
  readonly incoming: Incoming;
  readonly tenant: string;
  readonly preferences: Preferences;
  readonly body: Buffer;
  /** When it was here. */
  readonly readMs: number;
}

interface IntakeRooms extends Pick<GatewayRooms, 'clock'> {
  readonly maxBodyBytes: number;
  readonly tenantHeader: string | undefined;
  /** Bodies on their way in, of all clients. */
  readonly receiving: Bodies;
}

type Intake =
  | { readonly ok: true; readonly received: Received }
  | { readonly ok: false; readonly error: ApiError; readonly reason?: 'bodies_full' }
  | { readonly ok: false; readonly error: undefined }; // the client left while it sent

/** Reads a generation request. */
export async function takeIn(incoming: Incoming, rooms: IntakeRooms): Promise<Intake> {
  const { request } = incoming;
  const mediaError = checkMediaType(request.headers);
  if (mediaError !== undefined) return { ok: false, error: mediaError };
  const preferred = readPreferences(request.headers);
  if (!preferred.ok) return preferred;
  const asking = readTenant(request.headers, rooms.tenantHeader);
  if (!asking.ok) return asking;

  const { maxBodyBytes, receiving } = rooms;
  const body = await readBody(request, maxBodyBytes, receiving);
  if (!body.ok) return unread(body.why, rooms);
  const { tenant } = asking;
  const { preferences } = preferred;
  return { ok: true, received: { incoming, tenant, preferences, body: body.bytes, readMs: rooms.clock.nowMs() } };
}

function unread(why: 'too_large' | 'no_room' | 'gone', { maxBodyBytes, receiving }: IntakeRooms): Intake {
  if (why === 'gone') return { ok: false, error: undefined };
  if (why === 'too_large') return { ok: false, error: apiError('request_too_large', { limitBytes: maxBodyBytes }) };
  return { ok: false, error: apiError('bodies_full', { heldBytes: receiving.heldBytes() }), reason: 'bodies_full' };
}
