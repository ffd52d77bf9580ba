import type { Engine } from '../engine/engine.ts';

/** What a node writes down of its groups; it outlives the node. */
export interface GroupRecord {
  readonly engines: Set<Engine>;
}

/** Kills what the record names when its node dies, unless it has died itself. */
export interface Guard {
  isAlive: boolean;
}
