import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { QueueReport } from '../../../src/control/index.ts';
import type { TestNode } from '../../support/node.ts';
import { POOL } from './config.ts';

/** What was seen of a node while something went on. */
export interface Watch {
  /** Stops looking. */
  stop(): Promise<void>;
  /** At each look at which somebody waited: expected KV tokens of all that ran, as a part of what the engines hold. */
  readonly fills: readonly number[];
  readonly depths: readonly number[];
  /** Most memory of the node's own process. */
  rssMaxMb(): number;
}

const LOOK_EVERY_MS = 1000;

export function watch(node: TestNode): Watch {
  const fills: number[] = [];
  const depths: number[] = [];
  let rssMaxMb = 0;
  let isOn = true;

  async function look(): Promise<void> {
    rssMaxMb = Math.max(rssMaxMb, rssMb(node.pid));
    const [{ replicas }, queue] = await Promise.all([node.status(), queueOf(node)]);
    depths.push(queue.waiting);
    if (queue.waiting === 0) return;
    const capacity = replicas.reduce((sum, it) => sum + (it.kv_capacity_tokens ?? 0), 0);
    fills.push(queue.claims.reduce((sum, it) => sum + it.cost_tokens, 0) / capacity);
  }

  const ended = (async () => {
    while (isOn) {
      await look();
      await Bun.sleep(LOOK_EVERY_MS);
    }
  })();
  return {
    fills,
    depths,
    rssMaxMb: () => rssMaxMb,
    async stop() {
      isOn = false;
      await ended;
    },
  };
}

/** Memory of a process that is in RAM. */
export function rssMb(pid: number): number {
  return Number(/^VmRSS:\s+(\d+) kB/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1] ?? 0) / 1024;
}

async function queueOf({ directory }: TestNode): Promise<QueueReport> {
  const unix = join(directory, 'run/ctl.sock');
  const [report] = (await (
    await fetch(`http://localhost/v1/queue?pool=${POOL}&tickets=0`, { unix })
  ).json()) as QueueReport[];
  if (report === undefined) throw new Error(`no queue of ${POOL}`);
  return report;
}
