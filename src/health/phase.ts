import { createHash } from 'node:crypto';

/**
 * Where in an interval the looks at a replica fall, in ms: told from its name, so that the looks at a fleet that was
 * ready in one moment spread over the interval, and fall alike in every run.
 */
export function phaseMs(replica: string, intervalMs: number): number {
  return createHash('sha256').update(replica).digest().readUInt16BE(0) % intervalMs;
}
