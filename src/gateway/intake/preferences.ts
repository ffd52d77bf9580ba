import { PRIORITIES, type Priority } from '../../queue/index.ts';
import { badHeader } from '../errors/bad-header.ts';
import type { ApiError } from '../errors/errors.ts';

/** OpenAI's SDKs give up at `x-stainless-timeout`; an answer must have begun this much earlier to be of use. */
const SDK_MARGIN_MS = 1000;
/** Shortest wait in line: below it the round trip to the queue alone would be too late. */
export const WAIT_MS_MIN = 50;

/** What a client asks of the queue. */
export interface Preferences {
  readonly priority: Priority;
  /** The shortest of the client's own limits; absent where it named none. */
  readonly maxWaitMs: number | undefined;
}

type PreferencesRead =
  { readonly ok: true; readonly preferences: Preferences } | { readonly ok: false; readonly error: ApiError };

/** Reads `x-ssw-priority`, `x-ssw-deadline-ms` and `x-stainless-timeout`. Our own headers are strict, the SDK's is not. */
export function readPreferences(headers: Headers): PreferencesRead {
  const named = headers.get('x-ssw-priority') ?? 'default';
  const priority = PRIORITIES.find((it) => it === named);
  if (priority === undefined)
    return { ok: false, error: badHeader('x-ssw-priority', `be one of ${PRIORITIES.join(', ')}`) };

  const deadline = headers.get('x-ssw-deadline-ms');
  const deadlineMs = positive(deadline);
  if (deadline !== null && deadlineMs === undefined)
    return { ok: false, error: badHeader('x-ssw-deadline-ms', 'be a number of ms above 0') };

  const sdkTimeoutS = positive(headers.get('x-stainless-timeout'));
  const sdkMs = sdkTimeoutS === undefined ? undefined : sdkTimeoutS * 1000 - SDK_MARGIN_MS;
  const limits = [deadlineMs, sdkMs].filter((it) => it !== undefined);
  const maxWaitMs = limits.length === 0 ? undefined : Math.max(Math.min(...limits), WAIT_MS_MIN);
  return { ok: true, preferences: { priority, maxWaitMs } };
}

function positive(text: string | null): number | undefined {
  const value = text === null || text.trim() === '' ? Number.NaN : Number(text);
  return Number.isFinite(value) && value > 0 ? value : undefined;
}
