import { badHeader } from '../errors/bad-header.ts';
import type { ApiError } from '../errors/errors.ts';

/** Longest key taken. Characters. */
const KEY_CHARACTERS_MAX = 255;

/** What a client says of its key. */
type KeyRead =
  /** `conflict`: it wants no part of an answer that somebody else is getting, but a 409. */
  | { readonly ok: true; readonly whileRunning: 'attach' | 'conflict' }
  | { readonly ok: false; readonly error: ApiError };

/** Checks `Idempotency-Key` and reads `Ssw-Idempotency`. */
export function readKeyHeaders(key: string, headers: Headers): KeyRead {
  if (key.length < 1 || key.length > KEY_CHARACTERS_MAX)
    return { ok: false, error: badHeader('idempotency-key', `be 1 to ${KEY_CHARACTERS_MAX} characters`) };
  const mode = headers.get('ssw-idempotency');
  if (mode !== null && mode !== 'conflict')
    return { ok: false, error: badHeader('ssw-idempotency', 'be `conflict`, or absent') };
  return { ok: true, whileRunning: mode ?? 'attach' };
}
