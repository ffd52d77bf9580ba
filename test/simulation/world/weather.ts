/** What is wrong with the host besides its engines, and how bad engines may be. */
export interface Weather {
  /** Engines that are spawned now may be bad in any way. */
  isStormy: boolean;
  /** So many spawns fail from now on. */
  spawnsToFail: number;
  /** There is no program to run. */
  isProgramMissing: boolean;
  /** Somebody else's memory on a card goes when this has come. */
  readonly strangers: Set<() => void>;
}

export function createWeather(): Weather {
  return { isStormy: true, spawnsToFail: 0, isProgramMissing: false, strangers: new Set() };
}
