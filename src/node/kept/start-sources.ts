import type { LayeredResult, LoadContext } from '../../config/index.ts';
import type { InterruptedRollout, StartSources } from './choose-start.ts';
import type { ConfigStore, KeptRollout } from './config-store.ts';
import { revive } from './kept-config.ts';

/** What the state directory has to say about a start. What this version of the program does not understand is not there. */
export function findStart(
  store: ConfigStore,
  file: LayeredResult,
  source: string,
  context: LoadContext,
  now: string,
): StartSources {
  const lastGood = store.lastGood();
  const kept = store.rollout();
  return {
    file,
    source,
    lastGood: lastGood === undefined ? undefined : revive(lastGood, context),
    rejected: store.rejected(),
    rollout: kept === undefined ? undefined : reviveRollout(kept, context),
    now,
  };
}

function reviveRollout(kept: KeptRollout, context: LoadContext): InterruptedRollout | undefined {
  const from = revive(kept.from, context);
  const to = revive(kept.to, context);
  return from === undefined || to === undefined ? undefined : { kept, from, to };
}
