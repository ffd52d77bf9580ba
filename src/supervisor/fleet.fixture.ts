import { createFakeClock, type FakeClock } from '../../test/support/fake-clock.ts';
import type { ReplicaPlan } from '../engine/index.ts';
import type { ReplicaStatus } from './fleet.ts';
import { createSupervisor } from './run.ts';
import type { OperationResult, Supervisor } from './supervisor.ts';
import { createWorld, type World } from './world.fixture.ts';

/** A supervisor in a world of its own, in which no time passes by itself. */
export interface FleetOnTrial {
  readonly clock: FakeClock;
  readonly world: World;
  readonly supervisor: Supervisor;
  of(this: void, name: string): ReplicaStatus;
  /** Starts all and lets a minute pass. */
  start(this: void): Promise<void>;
}

export function createFleet(...plans: readonly ReplicaPlan[]): FleetOnTrial {
  const clock = createFakeClock();
  const world = createWorld(clock, () => 0);
  const supervisor = createSupervisor(plans, world.effects);
  return {
    clock,
    world,
    supervisor,
    of(name) {
      const status = supervisor.replicas().find((replica) => replica.name === name);
      if (status === undefined) throw new Error(`no replica is called ${name}`);
      return status;
    },
    async start() {
      await supervisor.start();
      await clock.advance(60_000);
    },
  };
}

/** An operation that is under way; `result` is there once it has ended. */
export function begun(operation: Promise<OperationResult>): { result?: OperationResult } {
  const watched: { result?: OperationResult } = {};
  void operation.then((result) => (watched.result = result));
  return watched;
}
