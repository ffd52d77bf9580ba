import type { Bodies } from '../queue/index.ts';

/** A body announced to be no longer is read at once, and not counted: so many connections cost as much by themselves. */
const SMALL_BYTES = 65_536;

type BodyRead =
  | { readonly ok: true; readonly bytes: Buffer }
  | { readonly ok: false; readonly why: 'too_large' }
  | { readonly ok: false; readonly why: 'no_room' } // others fill `receiving`
  | { readonly ok: false; readonly why: 'gone' }; // the client left while it sent

/**
 * Reads a request's body whole, but never more than `limitBytes`, whatever length was announced or not. What has come
 * of it counts in `receiving` until all of it is here; what was only announced does not, for that costs a client nothing.
 */
export async function readBody(request: Request, limitBytes: number, receiving: Bodies): Promise<BodyRead> {
  const announced = request.headers.get('content-length');
  if (announced !== null && Number(announced) > limitBytes) return { ok: false, why: 'too_large' };
  try {
    const isSmall = announced !== null && Number(announced) <= SMALL_BYTES;
    return isSmall ? whole(await request.bytes()) : await readUpTo(request, limitBytes, receiving);
  } catch (cause) {
    if (request.signal.aborted) return { ok: false, why: 'gone' };
    throw cause;
  }
}

/** A chunked body says its length only at its end. */
async function readUpTo(request: Request, limitBytes: number, receiving: Bodies): Promise<BodyRead> {
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  try {
    for await (const chunk of request.body ?? []) {
      if (bytes + chunk.byteLength > limitBytes) return { ok: false, why: 'too_large' };
      if (!receiving.take(chunk.byteLength)) return { ok: false, why: 'no_room' };
      bytes += chunk.byteLength;
      chunks.push(chunk);
    }
    return { ok: true, bytes: Buffer.concat(chunks, bytes) };
  } finally {
    receiving.free(bytes);
  }
}

function whole(bytes: Uint8Array): BodyRead {
  return { ok: true, bytes: Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength) };
}
