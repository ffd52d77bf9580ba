import type { ReplicaPlan } from '../engine/index.ts';
import { createAdmission } from './admission.ts';
import { createCards } from './card/run.ts';
import type { SupervisorEffects } from './effects.ts';
import type { ReplicaStatus } from './fleet.ts';
import { createFormerPids } from './former-pids.ts';
import { createKeptOutput } from './output/kept.ts';
import { createListeners } from './output/listeners.ts';
import { createOperations } from './operations.ts';
import { createRollout } from './rollout.ts';
import { createRoster } from './roster.ts';
import { stopAll } from './shutdown.ts';
import type { Supervisor } from './supervisor.ts';

/** The processes of this host, from the config's replicas in their order. Nothing runs before `start`. */
export function createSupervisor(plans: readonly ReplicaPlan[], effects: SupervisorEffects): Supervisor {
  const output = createKeptOutput(effects.log);
  const transitions = createListeners<ReplicaStatus>(effects.log);
  const onTransition = (status: ReplicaStatus): void => transitions.notify(status);
  const cards = createCards();
  const roster = createRoster(plans, { effects, cards, formerPids: createFormerPids(), output, onTransition });
  const admission = createAdmission();

  return {
    replicas: () => roster.all().map((replica) => replica.status()),
    onTransition: (listener) => transitions.add(listener),
    async start() {
      await effects.processes.sweep();
      if (admission.isStopping()) return;
      for (const replica of roster.all()) replica.send({ on: 'restart' });
    },
    ...createOperations(roster, createRollout(roster, admission), admission, transitions),
    output: (replica) => output.lines(replica),
    onOutput: (listener) => output.onOutput(listener),
    heard: (name, passive) => roster.find(name)?.heard(passive),
    cards: () => cards.view(),
    history: (name) => roster.find(name)?.history() ?? [],
    async stop(hurry) {
      admission.close();
      await Promise.resolve(); // outside a transition, whoever calls
      await stopAll(roster.all(), hurry);
    },
  };
}
