import type { LinePolicy } from '../store.ts';

/** What a pool is told. What is not `readonly` may change while it runs: it is read anew each time. */
export interface PoolSetting {
  /** This node's name. */
  readonly node: string;
  policy: LinePolicy;
  readonly leaseMs: number;
  /** Without the shared store the pool goes on in memory, where it has replicas. */
  mayDegrade: boolean;
  /** How long a request that killed three engines is refused. */
  quarantineMs: number;
  /** Unix time at which the node's clock stood at 0. */
  readonly clockZeroUnixMs: number;
}
