import { formatProblem, type LayeredResult } from '../config/index.ts';
import type { ChangeEnding, ChangeHandler, ReloadPreview } from '../control/index.ts';
import { orderMoves, type Supervisor } from '../supervisor/index.ts';
import { reportRollout } from './change-reports.ts';
import { prepareChange, type ChangeEffects } from './reload/change.ts';
import type { ReloadEnding } from './reload/ending.ts';
import { movesOf, policiesOf } from './reload/moves.ts';
import { previewOf } from './reload/preview.ts';
import type { Reloader } from './reload/reloader.ts';
import type { StartTimes } from './reload/start-times.ts';

/** What those who change the node are answered from. */
interface ChangeSources extends Pick<ChangeEffects, 'checkCards' | 'planOf'> {
  readonly reloader: Reloader;
  readonly supervisor: Supervisor;
  readonly startTimes: StartTimes;
  readonly load: () => Promise<LayeredResult>;
}

/** Reloads, swaps and rollouts for the control socket. */
export function createChangeHandler(sources: ChangeSources): ChangeHandler {
  const { reloader, supervisor } = sources;
  return {
    previewReload: () => preview(sources),
    reload: async (progress) => endingOf(await reloader.reload(progress)),
    swap: async ({ pool, model, revision }, progress) =>
      endingOf(await reloader.swap({ pool, model, revision: revision ?? undefined }, progress)),
    rollout() {
      const view = supervisor.rollout();
      return view === undefined ? undefined : reportRollout(view);
    },
    steerRollout(operation) {
      if (operation === 'pause') return supervisor.pauseRollout();
      return operation === 'resume' ? supervisor.resumeRollout() : supervisor.abortRollout();
    },
  };
}

function endingOf(ending: ReloadEnding): ChangeEnding {
  return ending.result === 'success' ? { ok: true } : { ok: false, ...ending };
}

/** Against what the change on its way leads to, as a reload would be planned that waits for it. */
async function preview(sources: ChangeSources): Promise<ReloadPreview> {
  const { reloader, supervisor, planOf, startTimes } = sources;
  const loaded = await sources.load();
  if (!loaded.ok) return { ok: false, message: loaded.problems.map(formatProblem).join('\n') };
  const running = reloader.ahead();
  const { config } = loaded.layered;
  const prepared = await prepareChange(running, config, sources);
  if (!prepared.ok) return prepared;
  const replicas = supervisor.replicas();
  const ready = new Set(replicas.filter((it) => it.state === 'ready').map((it) => it.name));
  return previewOf({
    plan: prepared.plan,
    moves: orderMoves(movesOf(prepared.plan.steps, planOf), {
      running: [...running.replicas.values()].map(planOf),
      ready,
    }),
    policies: policiesOf(running.layered.config, config),
    replicas,
    startTimes,
  });
}
