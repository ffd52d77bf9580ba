/**
 * Says whether a key is used for the same request. Of the body's bytes as they came, before anything is replaced in it
 * for an engine: a client's library sends a retry byte for byte, and who writes the same JSON otherwise is told so.
 */
export function requestFingerprint(path: string, body: Uint8Array | string): string {
  return new Bun.CryptoHasher('sha256').update(`${path}\n`).update(body).digest('hex');
}
