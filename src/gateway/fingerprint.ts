/** Hexadecimal digits of a fingerprint: 128 bits, so that nobody finds two requests that share one. */
const DIGITS = 32;

/**
 * Names what an engine is asked, the same whenever it is asked again; the content cannot be read from it. Worked out when
 * it is first needed: most requests never meet an engine's death.
 */
export function fingerprintOf(pool: string, path: string, body: Uint8Array | string): () => string {
  let made: string | undefined;
  return () => (made ??= digest(pool, path, body));
}

function digest(pool: string, path: string, body: Uint8Array | string): string {
  const hash = new Bun.CryptoHasher('sha256').update(`${pool}\n${path}\n`).update(body);
  return hash.digest('hex').slice(0, DIGITS);
}
