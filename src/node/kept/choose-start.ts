import { formatProblem, type Layered, type LayeredResult, type Problem } from '../../config/index.ts';
import type { KeptRollout, Rejected } from './config-store.ts';

/** Why what runs is not what the file says, and since when. RFC 3339. */
export interface Drift {
  readonly cause: string;
  readonly since: string;
}

/** A rollout that an earlier life of this node did not see the end of. */
export interface InterruptedRollout {
  readonly kept: KeptRollout;
  readonly from: Layered;
  readonly to: Layered;
}

/** What a node finds when it starts. */
export interface StartSources {
  /** The file as it is now, with the swaps that still hold. */
  readonly file: LayeredResult;
  /** Its path. Absolute. */
  readonly source: string;
  /** What ran whole last, of whichever file. */
  readonly lastGood: Layered | undefined;
  readonly rejected: Rejected | undefined;
  readonly rollout: InterruptedRollout | undefined;
  /** RFC 3339. */
  readonly now: string;
}

/** What becomes of an interrupted rollout: it goes on, or has come to an end that is yet to be noted. */
export type Leftover =
  | { readonly is: 'resumed'; readonly rollout: InterruptedRollout }
  | { readonly is: 'done'; readonly rollout: InterruptedRollout }
  | { readonly is: 'taken_back'; readonly rollout: InterruptedRollout; readonly cause: string }
  | { readonly is: 'overtaken' };

/** What a node starts with. */
export interface Start {
  readonly run: Layered;
  /** Absent where it is what the file says. */
  readonly drift: Drift | undefined;
  readonly leftover: Leftover | undefined;
}

export type ChosenStart =
  { readonly ok: true; readonly start: Start } | { readonly ok: false; readonly problems: readonly Problem[] };

/** Lives of a node that may end in the middle of one rollout before it is taken back: the change may be what ends them. */
const LIVES_MAX = 3;

/**
 * Chooses what a node starts with. The newest wish wins: a file that was edited since is tried, whatever was tried
 * before. One that was taken back, or does not hold, is not started as long as something is known that ran.
 */
export function chooseStart(sources: StartSources): ChosenStart {
  const { rollout } = sources;
  if (rollout === undefined) return chooseConfig(sources, undefined);
  if (!isStillAsked(rollout, sources)) return chooseConfig(sources, { is: 'overtaken' });
  return { ok: true, start: goOn(rollout, sources) };
}

/** A swap is not on top of the file before it has succeeded: until then the file is the one it began with, or is out of the question. */
function isStillAsked({ kept, from, to }: InterruptedRollout, { file, rejected }: StartSources): boolean {
  if (!file.ok) return false;
  const { fingerprint, textFingerprint } = file.layered;
  if (kept.wish === 'reload') return fingerprint === to.fingerprint;
  return [from.fingerprint, to.fingerprint].includes(fingerprint) || rejected?.textFingerprint === textFingerprint;
}

function goOn(rollout: InterruptedRollout, sources: StartSources): Start {
  const { kept, from, to } = rollout;
  const { rejected, now } = sources;
  const cause = kept.record?.status === 'done' ? undefined : causeOfReturn(kept, rejected);
  if (cause !== undefined) {
    const since = rejected?.rollout === kept.id ? rejected.at : now;
    const drift = kept.wish === 'swap' ? earlierDrift(sources) : { cause, since };
    return { run: from, drift, leftover: { is: 'taken_back', rollout, cause } };
  }
  const drift = kept.wish === 'swap' ? earlierDrift(sources) : undefined;
  return { run: to, drift, leftover: { is: kept.record?.status === 'done' ? 'done' : 'resumed', rollout } };
}

/** A swap leaves the file's text where it was: in force, or taken back before. */
function earlierDrift({ file, rejected }: StartSources): Drift | undefined {
  const isRejected = file.ok && file.layered.textFingerprint === rejected?.textFingerprint;
  return isRejected ? { cause: rejected.cause, since: rejected.at } : undefined;
}

/** Nothing runs when a node starts: what was on its way back is back at once. */
function causeOfReturn({ id, record, lives }: KeptRollout, rejected: Rejected | undefined): string | undefined {
  if (rejected?.rollout === id) return rejected.cause;
  switch (record?.status) {
    case 'rolling_back':
    case 'rolled_back':
    case 'aborted':
      return record.cause ?? 'it was aborted';
    case 'done':
    case 'running':
    case 'paused':
    case undefined:
      return lives >= LIVES_MAX ? `the node ended ${lives} times in the middle of it` : undefined;
  }
}

function chooseConfig(
  { file, source, lastGood, rejected, now }: StartSources,
  leftover: Leftover | undefined,
): ChosenStart {
  const known = lastGood?.config.source === source ? lastGood : undefined;
  if (!file.ok) {
    if (known === undefined) return { ok: false, problems: file.problems };
    const cause = file.problems.map(formatProblem).join('\n');
    return { ok: true, start: { run: known, drift: { cause, since: now }, leftover } };
  }
  const { layered } = file;
  const isRejected = rejected?.textFingerprint === layered.textFingerprint;
  if (known === undefined || known.fingerprint === layered.fingerprint || !isRejected)
    return { ok: true, start: { run: layered, drift: undefined, leftover } };
  return { ok: true, start: { run: known, drift: { cause: rejected.cause, since: rejected.at }, leftover } };
}
