import type { RestartConfig } from '../config/index.ts';
import type { ReplicaPlan } from '../engine/index.ts';
import { createCards } from './card/run.ts';
import type { SupervisorEffects } from './effects.ts';
import type { ReplicaStatus } from './fleet.ts';
import { drain, restart, resume } from './operations.ts';
import { createKeptOutput } from './output/kept.ts';
import { createListeners } from './output/listeners.ts';
import { runReplica, type ReplicaRooms, type RunningReplica } from './replica/run.ts';
import { rollOut, type Roster } from './rollout.ts';
import type { OperationResult, Supervisor } from './supervisor.ts';

const STOPPING: OperationResult = { ok: false, message: 'this node is stopping' };

/** The processes of this host, from the config's replicas in their order. Nothing runs before `start`. */
export function createSupervisor(
  plans: readonly ReplicaPlan[],
  policy: RestartConfig,
  effects: SupervisorEffects,
): Supervisor {
  const output = createKeptOutput(effects.log);
  const transitions = createListeners<ReplicaStatus>(effects.log);
  const rooms: ReplicaRooms = {
    effects,
    policy,
    cards: createCards(),
    output,
    onTransition: (status) => transitions.notify(status),
  };
  const roster = createRoster(plans, rooms);
  let isStopping = false;
  let rollouts: Promise<unknown> = Promise.resolve(); // one after the other

  async function on(
    name: string,
    operation: (replica: RunningReplica) => Promise<OperationResult>,
  ): Promise<OperationResult> {
    const replica = roster.find(name);
    if (replica === undefined) return { ok: false, message: `no replica is called ${name}` };
    return isStopping ? STOPPING : operation(replica);
  }

  return {
    replicas: () => roster.all().map((replica) => replica.status()),
    onTransition: (listener) => transitions.add(listener),
    async start() {
      await effects.processes.sweep();
      if (isStopping) return;
      for (const replica of roster.all()) replica.send({ on: 'restart' });
    },
    restart: (name, progress) => on(name, (replica) => restart(replica, transitions, progress)),
    drain: (name) => on(name, drain),
    resume: (name) => on(name, resume),
    apply(change, progress) {
      const rollout = rollouts.then(() =>
        rollOut(
          change,
          roster,
          (replica) => restart(replica, transitions, progress),
          () => isStopping,
        ),
      );
      rollouts = rollout;
      return rollout;
    },
    output: (replica) => output.lines(replica),
    onOutput: (listener) => output.onOutput(listener),
    history: (name) => roster.find(name)?.history() ?? [],
    async stop(hurry) {
      isStopping = true;
      const all = roster.all();
      for (const replica of all) replica.send({ on: 'stop' });
      const hurryAll = (): void => all.forEach((replica) => replica.send({ on: 'hurry' }));
      if (hurry.aborted) hurryAll();
      hurry.addEventListener('abort', hurryAll, { once: true });
      await Promise.all(all.map((replica) => replica.until(({ stage }) => stage.in === 'stopped' || undefined)));
      hurry.removeEventListener('abort', hurryAll);
    },
  };
}

/** The replicas there are, by name, in order. */
function createRoster(plans: readonly ReplicaPlan[], rooms: ReplicaRooms): Roster {
  const replicas = new Map<string, RunningReplica>();
  const roster: Roster = {
    all: () => [...replicas.values()],
    find: (name) => replicas.get(name),
    put(plan) {
      replicas.get(plan.replica.name)?.close();
      const replica = runReplica(plan, rooms);
      replicas.set(plan.replica.name, replica);
      return replica;
    },
    remove(name) {
      replicas.get(name)?.close();
      replicas.delete(name);
      rooms.output.drop(name);
    },
  };
  for (const plan of plans) roster.put(plan);
  return roster;
}
