import { layeredOf, isBad, type Change } from './node/configs.ts';
import { createNode, type SimulatedNode } from './node/node.ts';
import type { SimulatedRedis } from './node/store.ts';
import { killAll } from './engine/endings.ts';
import type { Tally } from './tally.ts';
import type { Estate } from './world/estate.ts';

/** The service as its init system keeps it: one node after the other. */
export interface Service {
  /** The one that listens, if there is one. */
  node(): SimulatedNode | undefined;
  /** What is in the config's file. */
  file: Change;
  start(): void;
  /** kill -9: nothing of the node's memory is left. Its guard kills the engines, unless it dies too. */
  kill(guard: 'lives' | 'dies'): void;
  /** SIGTERM: drains and stops; starts again after. */
  stop(): void;
  /** Called when a node has died. */
  onDeath: () => void;
}

/** From a node's end to the next one's begin (systemd's `RestartSec`). */
const RESTART_MS = 2000;
/** From a node's death to its guard's SIGKILLs. */
const GUARD_MS = 20;

export function createService(estate: Estate, redis: SimulatedRedis, fleet: number, tally: Tally): Service {
  const { world, record, engines } = estate;
  const { agenda, trace, ledger } = world;
  let node: SimulatedNode | undefined;
  let lives = 0;

  function die(dead: SimulatedNode): void {
    if (node !== dead) return;
    dead.pulse.isAlive = false;
    node = undefined;
    dead.connections.cut();
    ledger.newNode();
    service.onDeath();
    agenda.after(RESTART_MS, start);
  }

  function start(): void {
    if (node !== undefined) return;
    lives += 1;
    if (isBad(service.file)) service.file = 'none'; // a service with a bad file does not come up until it is put right
    trace.note(`node ${lives} begins with the file "${service.file}"`);
    const born = createNode({
      estate,
      redis,
      fleet,
      layered: layeredOf(fleet, service.file),
      tally,
      file: () => service.file,
      life: lives,
    });
    node = born;
    void begin(born);
  }

  /** A node that cannot sweep what an earlier one left ends, and is started again. */
  async function begin(born: SimulatedNode): Promise<void> {
    try {
      await born.processes.sweep();
      born.isOpen = true;
      await born.supervisor.start();
    } catch (cause) {
      trace.note(`node ${born.pulse.life} cannot start: ${String(cause)}`);
      if (born.pulse.isAlive) die(born);
    }
  }

  /** What an earlier node left is swept before a node listens to anybody. */
  async function end(ending: SimulatedNode): Promise<void> {
    await ending.processes.sweep();
    ending.queue.drain();
    await ending.supervisor.stop(ending.hurry.signal);
    await ending.queue.close();
    await ending.processes.close();
    const left = engines.living().filter((it) => it.node !== undefined);
    if (left.length > 0) trace.broken(10, `the node has stopped and leaves ${left.map((it) => it.leader).join(', ')}`);
    die(ending);
  }

  const service: Service = {
    node: () => (node?.isOpen === true ? node : undefined),
    file: 'none',
    start,
    onDeath: () => {},
    kill(guard) {
      if (node === undefined) return;
      trace.note(`kill -9 of node ${node.pulse.life}; its guard ${guard}`);
      die(node);
      if (guard === 'dies') return;
      agenda.after(GUARD_MS, () => {
        for (const engine of record) killAll(world, engine);
      });
    },
    stop() {
      if (node === undefined || node.isStopping) return;
      trace.note(`stop of node ${node.pulse.life}`);
      node.isStopping = true;
      void end(node).catch(() => {}); // `begin` heard of it too
    },
  };
  return service;
}
