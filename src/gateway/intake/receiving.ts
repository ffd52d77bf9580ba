import { createBodies, type Bodies } from '../../queue/index.ts';

/** Bodies on their way in, of all clients. */
export interface Receiving {
  /** Short ones, by the length they announced. Where there is no room, they are read and counted as long ones are. */
  readonly announced: Bodies;
  /** All others, by what has come of them: what was only announced costs a client nothing. */
  readonly arrived: Bodies;
}

/** A thousand of the longest that count as short. */
const ANNOUNCED_BYTES_MAX = 67_108_864;

export function createReceiving(maxArrivedBytes: number): Receiving {
  return { announced: createBodies(ANNOUNCED_BYTES_MAX), arrived: createBodies(maxArrivedBytes) };
}
