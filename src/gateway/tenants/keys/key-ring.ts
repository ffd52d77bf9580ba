import { timingSafeEqual } from 'node:crypto';
import { hashKey, keyIdOf, type ApiKey } from './api-key.ts';

/** What a key that was sent is found to be. Only who has the whole key learns that it is over. */
export type Recognition =
  | { readonly is: 'good'; readonly key: ApiKey }
  | { readonly is: 'revoked' | 'expired'; readonly key: ApiKey }
  | { readonly is: 'unknown' };

/** The keys that are known. */
export interface KeyRing {
  /** Takes as long for any text that may be a key, whether its id is known or not. */
  recognise(text: string, nowUnixMs: number): Recognition;
}

/** Compared with where the id is not known; the hash of no text that anybody knows. */
const NOBODY = Buffer.alloc(32);

/** Indexes keys by id. Of two with one id the last counts. */
export function createKeyRing(keys: readonly ApiKey[]): KeyRing {
  const byId = new Map(keys.map((key) => [key.id, key]));
  return {
    recognise(text, nowUnixMs) {
      const id = keyIdOf(text);
      if (id === undefined) return { is: 'unknown' };
      const key = byId.get(id);
      const isRight = timingSafeEqual(hashKey(text), key?.sha256 ?? NOBODY);
      if (key === undefined || !isRight) return { is: 'unknown' };
      if (key.isRevoked) return { is: 'revoked', key };
      return key.expiresUnixMs !== undefined && key.expiresUnixMs <= nowUnixMs
        ? { is: 'expired', key }
        : { is: 'good', key };
    },
  };
}
