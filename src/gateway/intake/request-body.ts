import type { Bodies } from '../../queue/index.ts';
import { asBuffer } from '../body/as-buffer.ts';
import { gather } from '../body/gather.ts';
import type { Receiving } from './receiving.ts';

/** A body announced to be no longer is read at once, as long as not too many are. */
const SMALL_BYTES = 65_536;

/** Whether a body is announced to be so short that it comes with its head, or there is none. */
export function hasSmallBody({ headers, body }: Request): boolean {
  const announced = headers.get('content-length');
  return announced === null ? body === null : Number(announced) <= SMALL_BYTES;
}

/** A chunk costs about 1 µs, however short: beyond so many they must be of so many bytes on average. */
const CHUNKS_UNSEEN_MAX = 16_384;
export const CHUNK_BYTES_MIN = 64;

type BodyRead =
  | { readonly ok: true; readonly bytes: Buffer }
  | { readonly ok: false; readonly why: 'too_large' }
  | { readonly ok: false; readonly why: 'crumbs' } // chunk after chunk of next to nothing
  | { readonly ok: false; readonly why: 'no_room' } // others fill `receiving`
  | { readonly ok: false; readonly why: 'gone' }; // the client left while it sent

/**
 * Reads a request's body whole, but never more than `limitBytes`, whatever length was announced or not. Until all of it is
 * here it counts in `receiving`.
 */
export async function readBody(request: Request, limitBytes: number, receiving: Receiving): Promise<BodyRead> {
  const announced = request.headers.get('content-length');
  const length = announced === null ? Number.POSITIVE_INFINITY : Number(announced);
  if (announced !== null && length > limitBytes) return { ok: false, why: 'too_large' };
  try {
    if (length <= SMALL_BYTES && receiving.announced.take(length)) return await readSmall(request, length, receiving);
    return await readCounted(request, limitBytes, receiving.arrived);
  } catch (cause) {
    if (request.signal.aborted) return { ok: false, why: 'gone' };
    throw cause;
  }
}

async function readSmall(request: Request, length: number, { announced }: Receiving): Promise<BodyRead> {
  try {
    return { ok: true, bytes: asBuffer(await request.bytes()) };
  } finally {
    announced.free(length);
  }
}

/** A chunked body says its length only at its end. */
async function readCounted(request: Request, limitBytes: number, arrived: Bodies): Promise<BodyRead> {
  const body = gather();
  let [bytes, chunks] = [0, 0];
  try {
    for await (const chunk of request.body ?? []) {
      if (bytes + chunk.byteLength > limitBytes) return { ok: false, why: 'too_large' };
      if (!arrived.take(chunk.byteLength)) return { ok: false, why: 'no_room' };
      bytes += chunk.byteLength;
      chunks += 1;
      if (chunks > CHUNKS_UNSEEN_MAX && bytes < chunks * CHUNK_BYTES_MIN) return { ok: false, why: 'crumbs' };
      body.add(chunk);
    }
    return { ok: true, bytes: body.whole() };
  } finally {
    arrived.free(bytes);
  }
}
