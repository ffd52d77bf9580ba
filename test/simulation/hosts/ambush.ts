import { nodeOf } from '../../../src/queue/relay/index.ts';
import type { CommitReply } from '../../../src/queue/store.ts';

/** Waits for the moment in which a worker has claimed another node's ticket, and nobody has heard of it. */
export interface Ambush {
  /** Once, at the next such moment. */
  lay(act: (nodes: Meeting) => void): void;
  /** A commit was applied; its answer is not on its way yet. */
  applied(life: string, reply: CommitReply): void;
}

/** The node that claimed, and the one whose ticket it is. */
export interface Meeting {
  readonly worker: string;
  readonly origin: string;
}

export function createAmbush(): Ambush {
  const laid: ((nodes: Meeting) => void)[] = [];
  return {
    lay: (act) => void laid.push(act),
    applied(life, reply) {
      if (reply.type !== 'committed') return;
      const worker = nodeOf(life);
      const origin = reply.claims.map(({ entry }) => nodeOf(entry.origin)).find((it) => it !== worker);
      if (origin !== undefined) for (const act of laid.splice(0)) act({ worker, origin });
    },
  };
}
