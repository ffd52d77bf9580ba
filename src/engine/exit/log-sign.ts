import type { ExitCause } from './cause.ts';
import type { ExitEvidence } from './evidence.ts';

/** Words of an engine's log that tell a cause. */
export interface LogSign {
  readonly cause: ExitCause;
  readonly sign: RegExp;
  /** `found` is the match, for the numbers in it. */
  readonly advice: (found: RegExpExecArray, evidence: ExitEvidence) => string;
}
