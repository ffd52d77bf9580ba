import { describePlan, formatProblem, isEmpty, planChange, type LayeredResult } from '../../config/index.ts';
import type { Drift } from '../kept/choose-start.ts';
import type { Rejected } from '../kept/config-store.ts';
import type { Running } from './change.ts';

/** What the file is compared with. */
export interface DriftSources {
  readonly file: LayeredResult;
  /** What runs, or what a change on its way leads to. */
  readonly running: Running;
  readonly rejected: Rejected | undefined;
  /** When the file was written. RFC 3339. */
  readonly fileTime: string;
}

/** How the file differs from what runs; `undefined` where a reload would change nothing. */
export function findDrift({ file, running, rejected, fileTime }: DriftSources): Drift | undefined {
  if (!file.ok) return { cause: file.problems.map(formatProblem).join('\n'), since: fileTime };
  const { layered } = file;
  if (layered.fingerprint === running.layered.fingerprint) return undefined;
  const plan = planChange(running.layered.config, running.replicas, layered.config);
  if (isEmpty(plan)) return undefined;
  if (rejected?.textFingerprint === layered.textFingerprint) return { cause: rejected.cause, since: rejected.at };
  return { cause: `edited since: a reload would ${inShort(describePlan(plan))}`, since: fileTime };
}

/** Most steps that are told one by one; `reload --dry-run` tells all. */
const STEPS_TOLD_MAX = 8;

function inShort(steps: readonly string[]): string {
  const left = steps.length - STEPS_TOLD_MAX;
  const told = steps.slice(0, STEPS_TOLD_MAX).join(', ');
  return left > 0 ? `${told}, and ${left} more` : told;
}
