import type { RestartConfig } from '../../config/index.ts';
import type { StartProgress } from '../../engine/index.ts';
import type { Verdict } from '../../health/index.ts';
import type { VitalProcess } from '../group/process-group.ts';
import { ended } from './endings.ts';
import type { Next, Replica, ReplicaEffect, Stage, Why } from './stage.ts';
import { unchanged, type Step } from './step.ts';

const SEE_LOG = 'see its last lines with `ssw-infer logs`.';

/** A verdict that an engine cannot live with ends it; others change nothing. */
export function judged(replica: Replica, verdict: Verdict, next: Next, ...before: readonly ReplicaEffect[]): Step {
  const why = condemnation(verdict);
  return why === undefined ? unchanged(replica) : ended(replica, next, why, ...before);
}

function condemnation(verdict: Verdict): Why | undefined {
  switch (verdict.is) {
    case 'ok':
    case 'busy':
      return undefined;
    case 'stalled':
      return { cause: 'stalled', advice: `Requests ran and no token came for ${seconds(verdict.forMs)}; ${SEE_LOG}` };
    case 'dead':
      return dead(verdict.because);
    case 'unreachable':
      return unreachable(verdict);
  }
}

function dead(because: Extract<Verdict, { is: 'dead' }>['because']): Why {
  // vLLM answers 503 for the 2–3 s between the death of its engine core and its own exit
  if (because === 'unavailable') {
    return { cause: 'engine_core_died', advice: `Its engine core died and said nothing of it; ${SEE_LOG}` };
  }
  return { cause: 'unresponsive', advice: `It answered one request after another with an error; ${SEE_LOG}` };
}

function unreachable({ because, forMs }: Extract<Verdict, { is: 'unreachable' }>): Why {
  if (because === 'timed_out') {
    return { cause: 'unresponsive', advice: `Its API did not answer for ${seconds(forMs)}; ${SEE_LOG}` };
  }
  const how = because === 'refused' ? 'Nobody listened where it should' : 'Connections to it broke';
  return { cause: 'unreachable', advice: `${how} for ${seconds(forMs)}; ${SEE_LOG}` };
}

/** A process that an engine cannot live without ended; its leader would take seconds to follow (vllm#48966). */
export function coreLost({ pid, comm }: VitalProcess): Why {
  return {
    cause: 'engine_core_died',
    advice: `Its process ${comm} (pid ${pid}) died and said nothing of it; ${SEE_LOG}`,
  };
}

/** A start that came no further. */
export function startTimedOut(stage: Stage, { phaseTimeoutMs }: RestartConfig): Why {
  const progress: StartProgress | undefined = stage.in === 'starting' ? stage.progress : undefined;
  const phase = progress?.phase ?? 'warming';
  const where = progress?.done === undefined ? phase : `${phase} (${progress.done} of ${progress.total})`;
  const still = `No progress in phase ${where} for ${seconds(phaseTimeoutMs[phase])}`;
  const met = 'notReadyBecause' in stage ? stage.notReadyBecause : undefined;
  const seen = met === undefined ? '' : ` What was met instead: ${met}`;
  const advice = `${still}; raise restart.phase_timeout_s.${phase} if it only needs longer.${seen}`;
  return { cause: 'start_timed_out', advice };
}

function seconds(ms: number): string {
  return `${Math.round(ms / 1000)} s`;
}
