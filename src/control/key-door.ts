import { createHash, timingSafeEqual } from 'node:crypto';
import { readFileSync, statSync } from 'node:fs';

/** A key that is shorter could be guessed in time. */
const KEY_CHARACTERS_MIN = 32;
/** Wrong keys that one address may show in `GUESS_WINDOW_MS` before it has to wait for the window's end. */
const GUESSES_MAX = 10;
const GUESS_WINDOW_MS = 60_000;
/** Addresses kept in mind; beyond that the one seen first is forgotten. */
const ADDRESSES_MAX = 1_000;

/** What the door says to one who shows a key. */
export type Admission = 'in' | 'wrong' | 'later';

/** Lets in who shows the key. */
export interface KeyDoor {
  /** `authorization` as it was sent. */
  admit(authorization: string, address: string, nowMs: number): Admission;
}

/** The first line of a key file. Throws, saying what to do, where there is no file, everybody may read it, or it is short. */
export function readControlKey(file: string): string {
  const key = readFileSync(file, 'utf8').split('\n')[0]?.trim() ?? '';
  if ((statSync(file).mode & 0o007) !== 0) throw new Error(`${file} is open to everybody: chmod o= ${file}`);
  if (key.length >= KEY_CHARACTERS_MIN) return key;
  throw new Error(
    `the key in ${file} is shorter than ${KEY_CHARACTERS_MIN} characters: openssl rand -hex 32 > ${file}`,
  );
}

/** Compares hashes, so that neither length nor time tells how near a guess was. */
export function createKeyDoor(key: string): KeyDoor {
  const wanted = hash(`Bearer ${key}`);
  const guesses = new Map<string, { count: number; readonly sinceMs: number }>();
  return {
    admit(authorization, address, nowMs) {
      const before = guesses.get(address);
      const isFresh = before !== undefined && nowMs - before.sinceMs < GUESS_WINDOW_MS;
      if (isFresh && before.count >= GUESSES_MAX) return 'later';
      if (timingSafeEqual(hash(authorization), wanted)) return 'in';
      if (isFresh) before.count += 1;
      else remember(guesses, address, nowMs);
      return 'wrong';
    },
  };
}

function remember(
  guesses: Map<string, { count: number; readonly sinceMs: number }>,
  address: string,
  nowMs: number,
): void {
  guesses.delete(address);
  const [first] = guesses.keys();
  if (guesses.size >= ADDRESSES_MAX && first !== undefined) guesses.delete(first);
  guesses.set(address, { count: 1, sinceMs: nowMs });
}

const hash = (text: string): Buffer => createHash('sha256').update(text).digest();
