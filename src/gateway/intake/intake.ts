import type { Api } from '../api.ts';
import { apiError, type ApiError } from '../errors/errors.ts';
import type { GatewayRooms } from '../gateway.ts';
import type { IdleLimit } from '../idle-limit.ts';
import { checkMediaType } from './media-type.ts';
import { readPreferences, type Preferences } from './preferences.ts';
import type { Receiving } from './receiving.ts';
import { CHUNK_BYTES_MIN, readBody } from './request-body.ts';
import type { Asker } from '../tenants/door.ts';
import { withinLimits } from '../tenants/preference-limits.ts';

/** One HTTP request as its handler gets it. */
export interface Incoming {
  readonly request: Request;
  readonly idleLimit: IdleLimit;
  /** Without the query. */
  readonly path: string;
  /** What its path stands for; of any other path, how errors are told there. */
  readonly api: Api;
  readonly requestId: string;
  readonly arrivedMs: number;
  readonly asker: Asker;
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
  readonly receiving: Receiving;
}

type Intake =
  | { readonly ok: true; readonly received: Received }
  | { readonly ok: false; readonly error: ApiError; readonly reason?: 'bodies_full' | 'chunks_too_small' }
  | { readonly ok: false; readonly error: undefined }; // the client left while it sent

/** Reads a generation request. */
export async function takeIn(incoming: Incoming, rooms: IntakeRooms): Promise<Intake> {
  const { request, asker } = incoming;
  const mediaError = checkMediaType(request.headers);
  if (mediaError !== undefined) return { ok: false, error: mediaError };
  const preferred = readPreferences(request.headers);
  if (!preferred.ok) return preferred;

  const { maxBodyBytes, receiving } = rooms;
  const body = await readBody(request, maxBodyBytes, receiving);
  if (!body.ok) return unread(body.why, rooms);
  const preferences = withinLimits(preferred.preferences, asker.rules.preferences);
  return {
    ok: true,
    received: { incoming, tenant: asker.tenant, preferences, body: body.bytes, readMs: rooms.clock.nowMs() },
  };
}

function unread(why: 'too_large' | 'crumbs' | 'no_room' | 'gone', { maxBodyBytes, receiving }: IntakeRooms): Intake {
  if (why === 'gone') return { ok: false, error: undefined };
  if (why === 'too_large') return { ok: false, error: apiError('request_too_large', { limitBytes: maxBodyBytes }) };
  if (why === 'crumbs') {
    return { ok: false, error: apiError('chunks_too_small', { bytes: CHUNK_BYTES_MIN }), reason: 'chunks_too_small' };
  }
  return {
    ok: false,
    error: apiError('bodies_full', { heldBytes: receiving.arrived.heldBytes() }),
    reason: 'bodies_full',
  };
}
