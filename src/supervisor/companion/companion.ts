import type { Command } from '../group/process-group.ts';
import { createLooks } from '../looks.ts';
import { createMailbox } from '../mailbox.ts';
import { createPerformer, type CompanionEffects } from './perform.ts';
import { stepCompanion, type CompanionEvent, type CompanionState } from './state.ts';

/** A process beside the engines that is kept running: no card, no readiness, no drain. */
export interface Companion {
  /** Starts it and keeps it running from then on. Throws if it cannot be spawned the first time. */
  start(): void;
  /** The leader's process id while it runs. */
  pid(): number | undefined;
  /** SIGTERM, then SIGKILL after a grace or once `hurry` aborts. Resolves when no process of it is left; it stays down. */
  stop(hurry?: AbortSignal): Promise<void>;
}

/** One event at a time through `stepCompanion`, then its effects. It decides nothing. */
export function createCompanion(command: Command, effects: CompanionEffects): Companion {
  let companion: CompanionState = { in: 'stopped' };
  const looks = createLooks(() => companion);
  const send = createMailbox<CompanionEvent>((event) => {
    const after = stepCompanion(companion, event);
    companion = after.companion;
    for (const effect of after.effects) performer.perform(effect);
    looks.show();
  });
  const performer = createPerformer(command, effects, send);

  return {
    start: () => performer.spawn(),
    pid: () => performer.pid(),
    async stop(hurry) {
      const kill = (): void => send({ on: 'hurry' });
      send({ on: 'stop' });
      if (hurry?.aborted === true) kill();
      hurry?.addEventListener('abort', kill, { once: true });
      await looks.until((state) => state.in === 'stopped' || undefined);
      hurry?.removeEventListener('abort', kill);
    },
  };
}
