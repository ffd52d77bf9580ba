import { createMemory, createMemoryStore } from '../../../src/queue/memory-store.ts';
import type { Store } from '../../../src/queue/index.ts';
import type { Agenda } from '../agenda.ts';
import type { Ledger } from '../load/ledger.ts';
import { whileAlive, type Pulse } from './node-clock.ts';

/** When a story begins, as Redis tells the time. */
const EPOCH_US = 1_700_000_000_000_000;

/** Redis: it outlives a node, and may be away for a while. */
export interface SimulatedRedis {
  /** The store as one node has it. None of its answers outlives that. */
  connect(ledger: Ledger, pulse: Pulse): Store;
  goAway(): void;
  comeBack(): void;
}

export function createSimulatedRedis(agenda: Agenda): SimulatedRedis {
  const store = createMemoryStore(createMemory(() => EPOCH_US + Math.round(agenda.nowMs() * 1_000)));
  let isAway = false;
  let tell: Parameters<Store['watch']>[0] = () => {};

  /** An answer, or none where it is away by then. */
  async function ask<Answer>(question: () => Promise<Answer>): Promise<Answer> {
    if (isAway) throw new Error('ECONNREFUSED');
    const answer = await question();
    if (isAway) throw new Error('ECONNRESET');
    return answer;
  }

  return {
    connect: (ledger, pulse) => ({
      commit: (pool, commit) => whileAlive(() => ask(() => store.commit(pool, commit)), pulse),
      condemn: (pool, list) =>
        whileAlive(() => {
          for (const { fingerprint } of list) ledger.quarantined(fingerprint);
          return ask(() => store.condemn(pool, list));
        }, pulse),
      pardon: (pool, fingerprint) => whileAlive(() => ask(() => store.pardon(pool, fingerprint)), pulse),
      quarantined: (pool) => whileAlive(() => ask(() => store.quarantined(pool)), pulse),
      inspect: (pool) => whileAlive(() => ask(() => store.inspect(pool)), pulse),
      originOf: (pool, id) => whileAlive(() => ask(() => store.originOf(pool, id)), pulse),
      watch(listener) {
        tell = (link) => {
          if (pulse.isAlive) listener(link);
        };
        if (!isAway) tell({ is: 'connected' });
      },
      close: () => Promise.resolve(),
    }),
    goAway() {
      if (!isAway) tell({ is: 'lost', cause: new Error('ECONNRESET') });
      isAway = true;
    },
    comeBack() {
      isAway = false;
      tell({ is: 'connected' });
    },
  };
}
