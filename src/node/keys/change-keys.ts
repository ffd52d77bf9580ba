import { randomBytes } from 'node:crypto';
import { composeKey, hashKey, KEY_ID, keyIdOf } from '../../gateway/index.ts';
import { KEYS_MAX, type StoredKey } from './keys-document.ts';
import { changeKeysFile } from './keys-file.ts';

/** What a new key is made of. */
interface KeyWish {
  readonly tenant: string;
  /** Unix ms; `undefined`: it has no end. */
  readonly expiresUnixMs: number | undefined;
  readonly note: string | undefined;
}

/** A key that was made. Its text is nowhere else, and cannot be found out again. */
interface MadeKey {
  readonly key: string;
  readonly stored: StoredKey;
  /** Before it there was none, and everybody was let in. */
  readonly isFirst: boolean;
}

const ID_CHARACTERS = 10;
const SECRET_BYTES = 32;
const SMALL = 'abcdefghijkmnpqrstuvwxyz23456789'; // 32, without those that look alike

/** Makes a key and stores its hash. */
export async function addKey(file: string, { tenant, expiresUnixMs, note }: KeyWish): Promise<MadeKey> {
  let made: MadeKey | undefined;
  await changeKeysFile(file, (keys) => {
    if (keys.length >= KEYS_MAX) throw new Error(`${file} has ${KEYS_MAX} keys, the most there may be`);
    const id = freshId(new Set(keys.map((it) => it.id)));
    const key = composeKey(id, randomBytes(SECRET_BYTES).toString('hex'));
    const stored: StoredKey = {
      id,
      tenant,
      sha256: hashKey(key).toString('hex'),
      created_at: new Date().toISOString(),
      ...(expiresUnixMs === undefined ? {} : { expires_at: new Date(expiresUnixMs).toISOString() }),
      ...(note === undefined ? {} : { note }),
    };
    made = { key, stored, isFirst: keys.length === 0 };
    return [...keys, stored];
  });
  if (made === undefined) throw new Error('no key was made');
  return made;
}

/** The id that somebody gave: itself, or within the whole key. `undefined` for any other text, which may be a secret's part. */
export function keyIdIn(text: string): string | undefined {
  return KEY_ID.test(text) ? text : keyIdOf(text);
}

/** Ends a key, for good; says whether there is one of that id. It stays in the file: without any key everybody is let in. */
export async function revokeKey(file: string, id: string): Promise<boolean> {
  let isThere = false;
  await changeKeysFile(file, (keys) => {
    const key = keys.find((it) => it.id === id);
    isThere = key !== undefined;
    if (key === undefined || key.revoked_at !== undefined) return undefined;
    return keys.map((it) => (it === key ? { ...it, revoked_at: new Date().toISOString() } : it));
  });
  return isThere;
}

function freshId(taken: ReadonlySet<string>): string {
  for (;;) {
    const id = [...randomBytes(ID_CHARACTERS)].map((byte) => SMALL[byte % SMALL.length]).join('');
    if (!taken.has(id)) return id;
  }
}
