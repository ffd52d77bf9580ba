import type { CardReport, ControlHandler, NodeReport } from '../control/index.ts';
import type { CardView } from '../supervisor/index.ts';
import { buildInfo } from './build-info.ts';
import type { Reloader } from './reload.ts';
import { poolRoutes } from './replica-plans.ts';
import { reportAudit } from './report-audit.ts';
import { reportNode } from './report.ts';
import { reportQueue } from './report-queue.ts';
import type { Rooms } from './rooms.ts';

/** What the control socket can ask of a running node. */
interface ControlSources {
  readonly rooms: Pick<Rooms, 'queue' | 'supervisor'>;
  readonly reloader: Reloader;
  readonly url: string;
  /** RFC 3339. */
  readonly startedAt: string;
  /** What an operator should know now. */
  readonly warnings: () => readonly string[];
}

/** Answers the control socket from the rooms. */
export function createControlHandler(sources: ControlSources): ControlHandler {
  const { rooms, reloader } = sources;
  const { queue, supervisor } = rooms;
  return {
    status: async () =>
      reportNode({
        head: reportHead(sources),
        routes: poolRoutes(reloader.current()),
        replicas: supervisor.replicas(),
        cards: supervisor.cards().map(reportCard),
        depths: await queue.depths(),
        inFlight: (replica) => queue.inFlight(replica),
      }),
    previewReload: () => reloader.preview(),
    reload: (progress) => reloader.reload(progress),
    operate(operation, replica, progress) {
      const names = supervisor.replicas().map((it) => it.name);
      if (!names.includes(replica))
        return Promise.resolve({ ok: false, message: `no replica "${replica}"; replicas are: ${names.join(', ')}` });
      return operation === 'restart' ? supervisor.restart(replica, progress) : supervisor[operation](replica);
    },
    history: (replica) => supervisor.history(replica),
    quarantined: async () =>
      (await queue.quarantined()).map(({ fingerprint, pool, untilUnixMs }) => ({
        fingerprint,
        pool,
        until: new Date(untilUnixMs).toISOString(),
      })),
    release: (fingerprint) => queue.release(fingerprint),
    async queue(pool, ticketsMax) {
      const known = poolRoutes(reloader.current()).map((it) => it.pool);
      const asked = pool === undefined ? known : known.filter((it) => it === pool);
      if (asked.length === 0) return undefined;
      return Promise.all(asked.map(async (it) => reportQueue(it, await queue.inspect(it), ticketsMax)));
    },
    async auditQueue() {
      const pools = poolRoutes(reloader.current()).map((it) => it.pool);
      const found = await Promise.all(pools.map(async (pool) => ({ pool, findings: await queue.audit(pool) })));
      return reportAudit(found, queue.isConnected());
    },
    cancelRequest: (id) => queue.cancel(id),
    output: (replica) => supervisor.output(replica),
    onOutput: (listener) => supervisor.onOutput(listener),
  };
}

function reportCard({ card, holders, line }: CardView): CardReport {
  return { card, held_by: holders, waiting: line.map((it) => it.replica) };
}

function reportHead({
  rooms,
  reloader,
  url,
  startedAt,
  warnings,
}: ControlSources): Omit<NodeReport, 'ready' | 'pools' | 'replicas' | 'cards'> {
  const config = reloader.current();
  return {
    version: buildInfo.version,
    pid: process.pid,
    started_at: startedAt,
    config: config.source,
    url,
    engine: config.engine.kind,
    redis: { kind: config.redis.kind, up: rooms.queue.isConnected(), on_down: config.queue.onRedisDown },
    reload_error: reloader.lastError() ?? null,
    warnings: warnings(),
  };
}
