import { nodeOf } from '../../../src/queue/relay/index.ts';
import type { CommitReply } from '../../../src/queue/store.ts';

/** Waits for the moment in which a worker has claimed another node's ticket, and nobody has heard of it. */
export interface Ambush {
  /** Once, at the next such moment: `worker` is the node that claimed. */
  lay(act: (worker: string) => void): void;
  /** A commit was applied; its answer is not on its way yet. */
  applied(life: string, reply: CommitReply): void;
}

export function createAmbush(): Ambush {
  const laid: ((worker: string) => void)[] = [];
  return {
    lay: (act) => void laid.push(act),
    applied(life, reply) {
      const worker = nodeOf(life);
      if (reply.type !== 'committed' || !reply.claims.some(({ entry }) => nodeOf(entry.origin) !== worker)) return;
      for (const act of laid.splice(0)) act(worker);
    },
  };
}
