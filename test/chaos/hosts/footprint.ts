import { readdirSync, readFileSync } from 'node:fs';
import type { TestNode } from '../../support/node.ts';

/** What an idle node takes of its machine. */
export interface Footprint {
  readonly memoryMiB: number;
  /** Files, sockets and pipes that it holds open. */
  readonly handles: number;
}

/** A collector that has not run yet, and clients' connections that are about to be closed. */
const MORE_MIB_MAX = 150;
const MORE_HANDLES_MAX = 24;

export function footprintOf({ pid }: Pick<TestNode, 'pid'>): Footprint {
  const kiB = Number(/^VmRSS:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]);
  return { memoryMiB: kiB / 1024, handles: readdirSync(`/proc/${pid}/fd`).length };
}

/** What has grown out of proportion, in words. */
export function growth(before: Footprint, after: Footprint): string[] {
  const memory = after.memoryMiB - before.memoryMiB;
  const handles = after.handles - before.handles;
  return [
    ...(memory > MORE_MIB_MAX ? [`an idle node has ${Math.round(memory)} MiB more than before the load`] : []),
    ...(handles > MORE_HANDLES_MAX ? [`an idle node has ${handles} open handles more than before the load`] : []),
  ];
}
