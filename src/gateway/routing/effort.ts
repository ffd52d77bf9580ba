import { badHeader } from '../errors/bad-header.ts';
import type { ApiError } from '../errors/errors.ts';
import { EFFORTS, type Effort } from './signals.ts';

const HEADER = 'x-ssw-effort';

type EffortRead =
  { readonly ok: true; readonly effort: Effort | undefined } | { readonly ok: false; readonly error: ApiError };

/** Reads the header by which a client says how hard its request is; it goes before what the body says. */
export function readEffort(headers: Headers): EffortRead {
  const said = headers.get(HEADER);
  if (said === null) return { ok: true, effort: undefined };
  const effort = EFFORTS.find((it) => it === said);
  if (effort !== undefined) return { ok: true, effort };
  return { ok: false, error: badHeader(HEADER, `be one of ${EFFORTS.join(', ')}`) };
}
