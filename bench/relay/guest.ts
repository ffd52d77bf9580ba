import type { Guest } from '../../src/queue/relay/index.ts';

export const ORIGIN = 'origin';
export const WORKER = 'worker';
export const LIVES = [`${ORIGIN}:life`, `${WORKER}:life`];

/** The claim behind one of the streams. */
export function guestAt(at: number): Guest {
  return {
    pool: 'heavy',
    claim: `${WORKER}:3f1c9a52:${at}`,
    id: `r${at}`,
    origin: `${ORIGIN}:life`,
    alone: false,
    replica: `${WORKER}/heavy-0`,
  };
}

/** What a run is like: streams that all get a chunk at each step of the engine. */
export interface Load {
  readonly streams: number;
  readonly stepsPerSecond: number;
  readonly chunkBytes: number;
}

/** Ms since 1970 with a fraction: of one clock for all processes of a host. */
export const nowMs = (): number => performance.timeOrigin + performance.now();

/** CPU this process has used so far. */
export function cpuUs(): number {
  const { user, system } = process.cpuUsage();
  return user + system;
}
