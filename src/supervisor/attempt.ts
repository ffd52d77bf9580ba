import type { Log } from '../telemetry/index.ts';

/** Does what nothing depends on: where it fails that is told, and what comes next comes all the same. */
export type Attempt = <Result>(act: () => Result, otherwise: Result) => Result;

/** `what` begins the line in the log: `what light-0 ended of cannot be seen in full`. */
export function createAttempt(log: Log, replica: string, what: string): Attempt {
  return (act, otherwise) => {
    try {
      return act();
    } catch (error) {
      log.error({ replica, err: error }, what);
      return otherwise;
    }
  };
}
