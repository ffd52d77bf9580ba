import type { RestartConfig } from '../../config/index.ts';
import type { ReplicaPlan } from '../../engine/index.ts';
import { createAttempt } from '../attempt.ts';
import type { Cards } from '../card/run.ts';
import type { SupervisorEffects } from '../effects.ts';
import type { Life, LifeReport } from './life.ts';

/**
 * An engine that somebody else runs has a life without a process: it begins and ends with our watching it, and
 * nothing of it is ever signalled.
 */
export function beginExternalLife(
  plan: ReplicaPlan,
  effects: SupervisorEffects,
  report: (report: LifeReport) => void,
): Life {
  const { name } = plan.replica;
  const watch = effects.watch(plan, report);
  const attempt = createAttempt(effects.log, name, `the watch over ${name} cannot be ended`);
  let isOver = false;

  function end(): void {
    if (isOver) return;
    isOver = true;
    attempt(() => watch.stop(), undefined);
    report({ on: 'exited' });
    report({ on: 'gone', exit: { code: null, signal: null }, logTail: [], pids: [], oomKills: 0, kernelLines: [] });
  }

  report({ on: 'progress', progress: { phase: 'listening' } }); // the one thing it is waited for
  return {
    pid: undefined,
    terminateLeader: end,
    killGroup: end,
    heard: (passive) => watch.heard(passive),
    everMembers: () => [],
    forget: () => {},
  };
}

/** Cards that are never waited for: its memory is somebody else's business. */
export const NO_CARDS: Cards = {
  request: (_card, _replica, _use, granted) => granted(),
  seize: () => {},
  release: () => {},
  view: () => [],
};

/** It is waited for without end, and given up by no number of endings: only its owner can start it. */
export function patient(policy: RestartConfig): RestartConfig {
  const never = Number.POSITIVE_INFINITY;
  const phases = Object.keys(policy.phaseTimeoutMs).map((phase) => [phase, never]);
  return { ...policy, maxRestarts: never, phaseTimeoutMs: { ...policy.phaseTimeoutMs, ...Object.fromEntries(phases) } };
}
