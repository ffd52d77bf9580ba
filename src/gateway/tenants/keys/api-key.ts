import { hash } from 'node:crypto';

/** One key that the gateway knows, by its hash alone. */
export interface ApiKey {
  /** The part of a key that may be shown: in lists, in the log. */
  readonly id: string;
  /** Whom its requests are counted on. */
  readonly tenant: string;
  /** SHA-256 of the whole key, 32 bytes. */
  readonly sha256: Buffer;
  /** Unix ms; `undefined`: it has no end. */
  readonly expiresUnixMs: number | undefined;
  readonly isRevoked: boolean;
}

/** What every key begins with; scanners of leaked secrets look for such. */
const PREFIX = 'sk-ssw-';

/** An id as it stands in a key. */
export const KEY_ID = /^[a-z0-9]{4,32}$/;

/** Longest text that is looked at as a key: more is none of ours, and costs no hashing. */
const KEY_CHARACTERS_MAX = 256;

/** A key as its owner gets it. */
export function composeKey(id: string, secret: string): string {
  return `${PREFIX}${id}-${secret}`;
}

/** The id of what may be a key; `undefined` for what cannot be one. */
export function keyIdOf(text: string): string | undefined {
  if (!text.startsWith(PREFIX) || text.length > KEY_CHARACTERS_MAX) return undefined;
  const end = text.indexOf('-', PREFIX.length);
  const id = end === -1 ? '' : text.slice(PREFIX.length, end);
  return KEY_ID.test(id) ? id : undefined;
}

/**
 * What is stored of a key. A plain SHA-256 is right for it: its secret is 256 bits of chance, so there is no list of
 * likely ones to try, and what makes a hash of passwords slow would only make every request slow (this takes 0.3 µs).
 */
export function hashKey(key: string): Buffer {
  return hash('sha256', key, 'buffer');
}
