type BodyRead =
  | { readonly ok: true; readonly bytes: Buffer }
  | { readonly ok: false; readonly why: 'too_large' }
  | { readonly ok: false; readonly why: 'gone' }; // the client left while it sent

/** Reads a request's body whole, but never more than `limitBytes`, whatever length was announced or not. */
export async function readBody(request: Request, limitBytes: number): Promise<BodyRead> {
  const announced = request.headers.get('content-length');
  if (announced !== null && Number(announced) > limitBytes) return { ok: false, why: 'too_large' };
  try {
    return announced === null ? await readUpTo(request, limitBytes) : whole(await request.bytes());
  } catch (cause) {
    if (request.signal.aborted) return { ok: false, why: 'gone' };
    throw cause;
  }
}

/** A chunked body says its length only at its end. */
async function readUpTo(request: Request, limitBytes: number): Promise<BodyRead> {
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  for await (const chunk of request.body ?? []) {
    bytes += chunk.byteLength;
    if (bytes > limitBytes) return { ok: false, why: 'too_large' };
    chunks.push(chunk);
  }
  return { ok: true, bytes: Buffer.concat(chunks) };
}

function whole(bytes: Uint8Array): BodyRead {
  return { ok: true, bytes: Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength) };
}
