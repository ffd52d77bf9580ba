import type { Log } from '../../telemetry/index.ts';
import type { Start } from './choose-start.ts';
import type { Journal } from './journal.ts';

/** Notes what a start settles, now that this node is the only one here, and says loudly where it is not what the file says. */
export function noteStart({ run, drift, leftover }: Start, journal: Journal, log: Log): void {
  if (drift !== undefined)
    log.error({ since: drift.since }, `what ran last is started, not what the file says now: ${drift.cause}`);
  else if (leftover?.is !== 'resumed') journal.settled(run.overlay);
  switch (leftover?.is) {
    case 'resumed':
      journal.resumed(leftover.rollout.kept);
      log.warn({ id: leftover.rollout.kept.id }, 'a rollout was interrupted, and goes on');
      break;
    case 'done':
      journal.succeeded(leftover.rollout.to, undefined);
      break;
    case 'taken_back': {
      const { kept, from, to } = leftover.rollout;
      journal.takenBack({ id: kept.id, wish: kept.wish, from, to }, leftover.cause);
      break;
    }
    case 'overtaken':
      journal.overtaken();
      break;
    case undefined:
      break;
  }
}
