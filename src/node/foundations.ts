import type { Config, ReplicaDefinition } from '../config/index.ts';
import type { RedisTarget } from '../queue/index.ts';
import type { KernelLog, Processes } from '../supervisor/index.ts';
import type { Log, Metrics } from '../telemetry/index.ts';

/** What every room of this node shares. */
export interface Foundations {
  readonly config: Config;
  /** What each replica is to be at first: not what the config says, while they are on their way there. */
  readonly replicas: ReadonlyMap<string, ReplicaDefinition>;
  readonly log: Log;
  readonly metrics: Metrics;
  /** This node's name in Redis. */
  readonly nodeName: string;
  readonly redis: RedisTarget;
  readonly processes: Processes;
  readonly kernelLog: KernelLog;
}
