import type { CardReport, NodeReport, PoolReport, ReplicaReport } from '../control/index.ts';
import type { PoolRoute } from '../gateway/index.ts';
import type { PoolDepth } from '../queue/index.ts';
import type { ReplicaStatus } from '../supervisor/index.ts';
import { exitRunbook } from './exit-runbook.ts';
import { rfc3339 } from './rfc3339.ts';

/** What a report is made of. */
interface ReportSources {
  readonly head: Omit<NodeReport, 'ready' | 'pools' | 'replicas' | 'cards'>;
  readonly routes: readonly PoolRoute[];
  readonly replicas: readonly ReplicaStatus[];
  readonly cards: readonly CardReport[];
  readonly depths: readonly PoolDepth[];
  readonly inFlight: (replica: string) => number;
  readonly totals: (pool: string) => PoolReport['totals'];
}

/** Puts together what `status` shows. Pure. */
export function reportNode({ head, routes, replicas, cards, depths, inFlight, totals }: ReportSources): NodeReport {
  const pools = routes.map((route) => ({ ...reportPool(route, replicas, depths), totals: totals(route.pool) }));
  return {
    ...head,
    ready: pools.every((it) => canServe(it, head.redis)),
    pools,
    replicas: replicas.map((it) => reportReplica(it, inFlight(it.name))),
    cards,
  };
}

function reportPool(
  route: PoolRoute,
  replicas: readonly ReplicaStatus[],
  depths: readonly PoolDepth[],
): Omit<PoolReport, 'totals'> {
  const own = replicas.filter((it) => it.pool === route.pool);
  const depth = depths.find((it) => it.pool === route.pool);
  return {
    name: route.pool,
    model: route.model,
    aliases: route.aliases,
    replicas: own.length,
    ready: own.filter((it) => it.state === 'ready').length,
    remote_replicas: depth?.remoteReplicas ?? 0,
    waiting: depth?.waiting ?? 0,
    oldest_wait_ms: Math.round(depth?.oldestWaitMs ?? 0),
  };
}

/** Without Redis a pool has this host's replicas alone, or with `refuse` none. */
function canServe(pool: Pick<PoolReport, 'ready' | 'remote_replicas'>, redis: NodeReport['redis']): boolean {
  if (redis.up) return pool.ready + pool.remote_replicas > 0;
  return redis.on_down === 'degraded' && pool.ready > 0;
}

function reportReplica(replica: ReplicaStatus, inFlight: number): ReplicaReport {
  const { lastExit } = replica;
  return {
    name: replica.name,
    pool: replica.pool,
    model: replica.model,
    gpu: replica.gpu ?? null,
    state: replica.state,
    waiting_for: replica.waitingFor ?? null,
    phase: replica.phase ?? null,
    progress: replica.progress ?? null,
    not_ready_because: replica.notReadyBecause ?? null,
    pid: replica.pid ?? null,
    since: rfc3339(replica.sinceUnixMs),
    restarts: replica.restarts,
    restarts_left: replica.restartsLeft ?? null,
    in_flight: inFlight,
    kv_capacity_tokens: replica.kvCapacityTokens ?? null,
    last_exit:
      lastExit === undefined
        ? null
        : {
            cause: lastExit.cause,
            code: lastExit.code,
            signal: lastExit.signal,
            advice: lastExit.advice,
            runbook: exitRunbook(lastExit.cause, replica.state) ?? null,
            at: rfc3339(lastExit.atUnixMs),
          },
  };
}
