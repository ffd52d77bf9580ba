import type { OperationResult } from '../../../src/supervisor/index.ts';
import type { Engine } from '../engine/engine.ts';
import type { Clients } from '../load/clients.ts';
import type { SimulatedNode } from '../node/node.ts';
import type { SimulatedRedis } from '../node/store.ts';
import type { Service } from '../service.ts';
import type { Estate } from '../world/estate.ts';

/** What a fault can reach. */
export interface Scene {
  readonly estate: Estate;
  readonly service: Service;
  readonly clients: Clients;
  readonly redis: SimulatedRedis;
  /** Its number. */
  readonly fleet: number;
  /** Where engines are that somebody else runs, and their names. */
  readonly elsewhere: readonly Elsewhere[];
  /** Takes note of an operation, which must end while its node lives. */
  awaited(what: string, node: SimulatedNode, operation: Promise<OperationResult>): void;
}

export interface Elsewhere {
  readonly name: string;
  readonly place: string;
}

/** Does something to the scene; says in a word or two to what, or `undefined` where there was nothing to do it to. */
export type Fault = (scene: Scene) => string | undefined;

/** One engine of ours that lives, whatever it is at. */
function anyEngine({ estate: { engines, world } }: Scene): Engine | undefined {
  const ours = engines.living().filter((it) => it.node !== undefined && !it.isLeaderGone);
  return ours.length === 0 ? undefined : world.random.pick(ours);
}

/** A fault that befalls an engine. */
export function onEngine(act: (engine: Engine, scene: Scene) => void): Fault {
  return (scene) => {
    const engine = anyEngine(scene);
    if (engine === undefined) return undefined;
    act(engine, scene);
    return `${engine.order.name} (${engine.leader})`;
  };
}

/** Runs `act` later, whatever happens meanwhile. */
export function later({ estate: { world } }: Scene, leastMs: number, mostMs: number, act: () => void): void {
  world.agenda.after(leastMs + world.random.next() * (mostMs - leastMs), act);
}
