import type { ReplicaPlan } from '../engine/index.ts';
import { createAdmission } from './admission.ts';
import { createCards } from './card/run.ts';
import type { SupervisorEffects } from './effects.ts';
import type { ReplicaStatus } from './fleet.ts';
import { createFormerPids } from './former-pids.ts';
import { createKeptOutput } from './output/kept.ts';
import { createListeners } from './output/listeners.ts';
import { createOperations } from './operations.ts';
import { createRollouts } from './rollout/create-rollouts.ts';
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
  const rollouts = createRollouts({ roster, admission, transitions, effects });

  return {
    replicas: () => roster.all().map((replica) => replica.status()),
    onTransition: (listener) => transitions.add(listener),
    async start(leftOut) {
      await effects.processes.sweep();
      if (admission.isStopping()) return;
      const started = roster.all().filter(({ plan }) => leftOut?.has(plan.replica.name) !== true);
      for (const replica of started) replica.send({ on: 'restart' });
    },
    ...createOperations(roster, admission, transitions),
    ...rollouts.face,
    retune(policies) {
      for (const replica of roster.all()) {
        const policy = policies.get(replica.plan.replica.name);
        if (policy !== undefined) replica.retune(policy);
      }
    },
    output: (replica) => output.lines(replica),
    onOutput: (listener) => output.onOutput(listener),
    heard: (name, passive) => roster.find(name)?.heard(passive),
    cards: () => cards.view(),
    history: (name) => roster.find(name)?.history() ?? [],
    async stop(hurry) {
      admission.close();
      rollouts.halt();
      await Promise.resolve(); // outside a transition, whoever calls
      await stopAll(roster.all(), hurry);
    },
  };
}
