import { applyCommit, type Machine } from '../../../../src/queue/machine/index.ts';
import { createMemoryStore } from '../../../../src/queue/memory-store.ts';
import type { PoolState } from '../../../../src/queue/pool-state.ts';
import type { Commit, CommitReply, Store } from '../../../../src/queue/store.ts';
import type { Clock } from '../../../../src/telemetry/index.ts';
import type { Random } from '../../../support/random.ts';
import type { Agenda } from '../../agenda.ts';
import type { Gate } from '../gate.ts';
import { openConnection, type Connection, type Route, type Server } from './connection.ts';
import { createReplicatedMemory } from './memory.ts';

/** One Redis that all hosts share, and what may happen to it. */
export interface SimulatedRedis {
  /** The store as one process has it. */
  connect(node: string, clock: Clock, gate: Gate): Store;
  isAway(node: string): boolean;
  /** It restarts, and has forgotten nothing. */
  restart(downMs: number): void;
  /** Its replica hears nothing for `lagMs`, then is the master, its clock off by `skewMs`. */
  failOver(lagMs: number, downMs: number, skewMs: number): void;
  /** No packet passes between a node and Redis. */
  cut(node: string): void;
  heal(node: string): void;
  /** As an operator on its host sees a pool. */
  inspect(pool: string): Promise<PoolState>;
  /** What it holds, as it is now. */
  machineOf(pool: string): Machine;
}

export interface RedisEffects {
  readonly agenda: Agenda;
  readonly random: Random;
  readonly note: (text: string) => void;
  readonly bell: (pool: string) => void;
  /** Sees each commit that was applied. */
  readonly applied: (pool: string, commit: Commit, reply: CommitReply) => void;
}

/** Longest way of a packet. */
const WAY_MS = 1;
/** Part of the packets of closed connections that arrive when a network is whole again. */
const ARRIVES_LATE = 0.5;

export function createSimulatedRedis(effects: RedisEffects): SimulatedRedis {
  const { agenda, random, note } = effects;
  const cut = new Map<string, (() => void)[]>();
  const connections = new Map<Connection, { readonly node: string; readonly gate: Gate }>();
  let skewMs = 0;
  let isDown = false;
  const memory = createReplicatedMemory(() => Math.round((agenda.nowMs() + skewMs) * 1_000) + EPOCH_US, effects.bell);
  const inner = createMemoryStore(memory);
  const store: Store = {
    ...inner,
    commit(pool, commit) {
      const reply = applyCommit(memory.machineOf(pool), commit);
      effects.applied(pool, commit, reply);
      return Promise.resolve(reply);
    },
  };

  /** What is cut off waits for the network, and may be too late then. */
  function carry({ node, wayMs, isOpen }: Route, arrive: () => void): void {
    agenda.after(wayMs, () => {
      const stuck = cut.get(node);
      if (stuck) stuck.push(() => (isOpen() || random.next() < ARRIVES_LATE) && !isDown && arrive());
      else if (isOpen() && !isDown) arrive();
    });
  }
  const server: Server = {
    accepts: (node) => !isDown && !cut.has(node),
    wayMs: () => random.next() * WAY_MS,
    carry,
    store,
  };

  function goDown(downMs: number, cause: string): void {
    isDown = true;
    for (const [connection, { node, gate }] of connections) {
      if (!gate.isAlive()) connections.delete(connection);
      else if (!cut.has(node)) connection.drop(cause);
    }
    agenda.after(downMs, () => {
      isDown = false;
      note('redis is up');
    });
  }

  return {
    connect(node, clock, gate) {
      const connection = openConnection(server, node, clock, gate);
      connections.set(connection, { node, gate });
      return connection.store;
    },
    isAway: (node) => isDown || cut.has(node),
    restart: (downMs) => goDown(downMs, 'ECONNRESET'),
    failOver(lagMs, downMs, skew) {
      memory.fork();
      agenda.after(lagMs, () => {
        note('redis fails over');
        goDown(downMs, 'ECONNRESET');
        memory.promote();
        skewMs += skew;
      });
    },
    cut(node) {
      if (!cut.has(node)) cut.set(node, []);
    },
    heal(node) {
      const stuck = cut.get(node) ?? [];
      cut.delete(node);
      for (const deliver of stuck) deliver();
    },
    inspect: (pool) => inner.inspect(pool),
    machineOf: (pool) => memory.machineOf(pool),
  };
}

/** When the story begins, as Redis tells the time. */
const EPOCH_US = 1_700_000_000_000_000;
