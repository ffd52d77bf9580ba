import type { LinePolicy } from '../store.ts';

/** What a pool is told once. */
export interface PoolSetting {
  /** This node's name. */
  readonly node: string;
  readonly policy: LinePolicy;
  readonly leaseMs: number;
  /** Without the shared store the pool goes on in memory, where it has replicas. */
  readonly mayDegrade: boolean;
  /** How long a request that killed three engines is refused. */
  readonly quarantineMs: number;
  /** Unix time at which the node's clock stood at 0. */
  readonly clockZeroUnixMs: number;
}
