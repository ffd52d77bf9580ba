import type { Command, Exit, ProcessGroup, Processes } from '../../../src/supervisor/index.ts';
import type { Clock } from '../../../src/telemetry/index.ts';
import { killAll } from '../engine/endings.ts';
import { CORE_COMM, isAlive, type Engine } from '../engine/engine.ts';
import { leave } from '../engine/start.ts';
import { anyTemper, calmTemper } from '../engine/temper.ts';
import { checkKill, checkTerm } from '../rules/signals.ts';
import { checkStop } from '../rules/starts.ts';
import type { Estate } from '../world/estate.ts';
import { orderIn } from './launch.ts';
import type { Pulse } from './node-clock.ts';
import { sweep } from './sweep.ts';

/** How often a supervisor looks whether vital processes live (`src/supervisor/group/vital-watch.ts`). */
const VITAL_LOOK_MS = 250;

/** What a node does to processes tells of it. */
export interface ProcessListener {
  /** An engine is about to be spawned. */
  starting(engine: Engine['order']): void;
  /** A leader exited. */
  exited(engine: Engine): void;
  isInHurry(): boolean;
}

/** The processes of a host as one node has them. */
export function createSimulatedProcesses(
  { world, engines, record, weather }: Estate,
  clock: Clock,
  pulse: Pulse,
  listener: ProcessListener,
): Processes {
  let swept: Promise<void> | undefined;

  function spawn(command: Command, onLine: (text: string) => void): ProcessGroup {
    if (!pulse.isAlive) throw new Error('a dead node spawns nothing');
    if (weather.spawnsToFail > 0) {
      weather.spawnsToFail -= 1;
      throw new Error('EAGAIN: resource temporarily unavailable, posix_spawn');
    }
    const order = orderIn(command);
    listener.starting(order);
    const exited = Promise.withResolvers<Exit>();
    const outputEnded = Promise.withResolvers<void>();
    const temper = weather.isStormy ? anyTemper(world) : calmTemper(world);
    const engine = engines.spawn(order, temper, {
      node: pulse.life,
      write: (line) => pulse.isAlive && onLine(line),
      exited(exit) {
        if (!pulse.isAlive) return;
        listener.exited(engine);
        exited.resolve(exit);
      },
      outputEnded: () => pulse.isAlive && outputEnded.resolve(),
    });
    world.trace.note(`${order.name} (${engine.leader}) is spawned on card ${order.gpu}`);
    record.add(engine);
    return groupOf(engine, exited.promise, outputEnded.promise);
  }

  function groupOf(engine: Engine, exited: Promise<Exit>, outputEnded: Promise<void>): ProcessGroup {
    return {
      pid: engine.leader,
      exited,
      outputEnded,
      members: () => world.host.inSession(engine.leader),
      everMembers: () => [...engine.pids],
      onVitalDeath(isVital, lost) {
        if (engine.core === undefined || !isVital(CORE_COMM)) return () => {};
        engine.onCoreLost = (pid, comm) => {
          clock.after(world.random.next() * VITAL_LOOK_MS, () => engine.onCoreLost && lost({ pid, comm }));
        };
        return () => void (engine.onCoreLost = undefined);
      },
      oomKills: () => 0,
      terminateLeader() {
        if (engine.isLeaderGone || !pulse.isAlive) return;
        engine.terms += 1;
        world.trace.note(`SIGTERM to ${engine.order.name} (${engine.leader})`);
        checkTerm(engine, world.trace);
        checkStop(engine, { world, engines: engines.living() });
        leave(world, engine);
      },
      killGroup() {
        if (!pulse.isAlive) return;
        if (engine.kills === 0) world.trace.note(`SIGKILL to the group of ${engine.order.name} (${engine.leader})`);
        checkKill(engine, listener.isInHurry(), world.trace);
        if (engine.terms === 0 && !listener.isInHurry()) world.ledger.engineDied(engine.leader);
        engine.kills += 1;
        if (engine.kills === 1) killAll(world, engine);
      },
      forget() {
        if (!pulse.isAlive) return;
        if (isAlive(engine)) world.trace.broken(4, `${engine.order.name} is forgotten while a process of it is left`);
        record.delete(engine);
      },
    };
  }

  return {
    sweep: () => (swept ??= sweep(world, clock, record)),
    spawn,
    holderOf(port) {
      const holder = world.listeners.get(`127.0.0.1:${port}`);
      return holder === undefined ? undefined : { pid: holder.pid, name: holder.name };
    },
    removeSocket: (path) => void world.listeners.delete(path),
    close() {
      if (record.size > 0) world.trace.broken(10, `the node leaves ${record.size} groups behind`);
      return Promise.resolve();
    },
  };
}
