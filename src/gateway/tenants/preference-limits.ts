import type { TenantDefaults } from '../../config/index.ts';
import { PRIORITIES, type Priority } from '../../queue/index.ts';
import type { Preferences } from '../intake/preferences.ts';

/** The bounds of what a tenant's requests may ask of the queue. */
export interface PreferenceLimits {
  /** The most urgent. */
  readonly priorityMax: Priority;
  /** The longest in line; `undefined`: as the pool says. */
  readonly waitMsMax: number | undefined;
}

/** A tenant's own bounds, else those of all. */
export function limitedPreferences(own: TenantDefaults, defaults: TenantDefaults): PreferenceLimits {
  return {
    priorityMax: own.maxPriority ?? defaults.maxPriority ?? PRIORITIES[0],
    waitMsMax: own.deadlineMs ?? defaults.deadlineMs,
  };
}

/** What of a wish is granted. More urgent than its tenant may be, a request runs as urgent as that, and is not refused. */
export function withinLimits(
  { priority, maxWaitMs }: Preferences,
  { priorityMax, waitMsMax }: PreferenceLimits,
): Preferences {
  return {
    priority: PRIORITIES.indexOf(priority) < PRIORITIES.indexOf(priorityMax) ? priorityMax : priority,
    maxWaitMs: waitMsMax === undefined ? maxWaitMs : Math.min(maxWaitMs ?? waitMsMax, waitMsMax),
  };
}
