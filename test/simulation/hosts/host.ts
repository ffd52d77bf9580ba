import { createEngine, type Engine } from './engine.ts';
import { startProcess, type Process, type Setting } from './process.ts';
import { POOL, type Scene } from './scene.ts';

/** What a host is for. */
export interface HostPlan {
  readonly name: string;
  /** It serves clients. */
  readonly isGateway: boolean;
  /** Empty where it is no worker. */
  readonly replicas: readonly string[];
}

/** A host: its node, one life after the other, and its engines. */
export interface Host {
  readonly plan: HostPlan;
  /** The life that runs, stopped or not. */
  process(): Process | undefined;
  /** Those that answer, or seem to. */
  engines(): readonly Engine[];
  readonly start: () => void;
  /** kill -9 of its node, whose guard ends the engines; it starts again. */
  crash(): void;
  /** SIGSTOP, and SIGCONT after `ms`. */
  freeze(ms: number): void;
  /** SIGTERM: drains for `ms`, closes, and starts again. */
  stop(ms: number): void;
  /** An engine's process dies; it is started again. */
  killEngine(engine: Engine): void;
  /** An engine says nothing more; it is killed for that. */
  hangEngine(engine: Engine): void;
  /** SIGCONT now. */
  goOn(): void;
  /** It crashes and never comes back. */
  retire(): void;
  isRetired(): boolean;
}

/** What each replica can take. */
export const CAPACITY = { kvTokens: 2_000, sequencesMax: 3 };
/** From a node's end to the next one's begin (systemd's `RestartSec`). */
const RESTART_MS = 2_000;
/** Longest time until an engine's end is noticed, a new one is ready, and a hung one is killed. */
const NOTICE_MS = 500;
const START_MS = 8_000;
const HUNG_MS = 10_000;

export function createHost(scene: Scene, plan: HostPlan, setting: Setting): Host {
  const { agenda, random, trace, books } = scene;
  const engines = new Map<string, Engine>();
  let process: Process | undefined;
  let isRetired = false;

  function openEngine(of: Process, replica: string): void {
    if (!of.gate.isAlive()) return;
    engines.set(replica, createEngine(scene, plan.name, replica));
    of.gate.enter(() => of.queue.openReplica(replica, POOL, CAPACITY));
  }
  function end(of: Process, how: string): void {
    if (process !== of) return;
    trace.note(`the node of ${plan.name} ${how}`);
    of.gate.kill();
    process = undefined;
    for (const id of of.open) books.ended(id, 'node died');
    of.open.clear();
    for (const engine of engines.values()) engine.die();
    engines.clear();
    agenda.after(RESTART_MS + random.next() * RESTART_MS, host.start);
  }
  function endEngine(engine: Engine): void {
    if (engines.get(engine.replica) !== engine) return;
    engines.delete(engine.replica);
    engine.die();
    const of = process;
    if (of === undefined) return;
    const { queue, clock, gate } = of;
    const noticed = (): void => {
      void queue.closeReplica(engine.replica);
      queue.endReplica(engine.replica, 'unasked');
      clock.after(random.next() * START_MS, () => openEngine(of, engine.replica));
    };
    gate.enter(() => clock.after(random.next() * NOTICE_MS, noticed));
  }

  const host: Host = {
    plan,
    process: () => process,
    engines: () => [...engines.values()],
    start() {
      if (process || isRetired) return;
      const born = startProcess(scene, plan.name, setting, (replica) => engines.get(replica));
      trace.note(`the node of ${plan.name} begins`);
      process = born;
      for (const replica of plan.replicas) {
        born.clock.after(random.next() * START_MS, () => openEngine(born, replica));
      }
    },
    crash() {
      if (process) end(process, 'crashes');
    },
    freeze(ms) {
      const frozen = process;
      if (frozen === undefined || frozen.gate.isStopped()) return;
      frozen.gate.stop();
      agenda.after(ms, () => {
        if (!frozen.gate.isAlive()) return;
        trace.note(`the node of ${plan.name} goes on`);
        frozen.gate.goOn();
      });
    },
    stop(ms) {
      const stopping = process;
      if (stopping === undefined) return;
      const { gate, queue, clock } = stopping;
      gate.enter(() => {
        queue.drain();
        clock.after(ms, () => void queue.close().then(() => end(stopping, 'has stopped')));
      });
    },
    killEngine: endEngine,
    hangEngine(engine) {
      engine.isHung = true;
      agenda.after(random.next() * HUNG_MS, () => endEngine(engine));
    },
    goOn: () => process?.gate.goOn(),
    retire() {
      isRetired = true;
      if (process) end(process, 'is gone for good');
    },
    isRetired: () => isRetired,
  };
  return host;
}
