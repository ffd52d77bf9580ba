import type {
  CardReport,
  ChangeHandler,
  ControlHandler,
  Evaluate,
  FindingReport,
  NodeReport,
} from '../control/index.ts';
import type { CardView } from '../supervisor/index.ts';
import type { Metrics } from '../telemetry/index.ts';
import { buildInfo } from './build-info.ts';
import { reportReload, reportSwaps } from './change-reports.ts';
import type { Drift } from './kept/choose-start.ts';
import type { PoolNames } from './reload/pool-names.ts';
import type { Reloader } from './reload/reloader.ts';
import { reportAudit } from './report-audit.ts';
import { reportNode } from './report.ts';
import { reportQueue } from './report-queue.ts';
import { readTotals } from './report-totals.ts';
import { rfc3339 } from './rfc3339.ts';
import type { Rooms } from './rooms.ts';

/** What the control socket can ask of a running node. */
interface ControlSources {
  readonly rooms: Pick<Rooms, 'queue' | 'supervisor'>;
  readonly reloader: Reloader;
  readonly changes: ChangeHandler;
  readonly names: PoolNames;
  /** How the file differs from what runs. */
  readonly drift: () => Promise<Drift | undefined>;
  readonly metrics: Metrics;
  readonly url: string;
  /** RFC 3339. */
  readonly startedAt: string;
  /** What an operator should know now. */
  readonly warnings: () => readonly string[];
  readonly evaluate: Evaluate;
}

/** Answers the control socket from the rooms. */
export function createControlHandler(sources: ControlSources): ControlHandler {
  const { rooms, changes, names } = sources;
  const { queue, supervisor } = rooms;
  return {
    status: async () =>
      reportNode({
        head: await reportHead(sources),
        routes: names.routes(),
        replicas: supervisor.replicas(),
        cards: supervisor.cards().map(reportCard),
        depths: await queue.depths(),
        inFlight: (replica) => queue.inFlight(replica),
        totals: await readTotals(sources.metrics),
      }),
    ...changes,
    operate(operation, replica, progress) {
      const known = supervisor.replicas().map((it) => it.name);
      if (!known.includes(replica))
        return Promise.resolve({ ok: false, message: `no replica "${replica}"; replicas are: ${known.join(', ')}` });
      return operation === 'restart' ? supervisor.restart(replica, progress) : supervisor[operation](replica);
    },
    history: (replica) => supervisor.history(replica),
    quarantined: async () =>
      (await queue.quarantined()).map(({ fingerprint, pool, untilUnixMs }) => ({
        fingerprint,
        pool,
        until: rfc3339(untilUnixMs),
      })),
    release: (fingerprint) => queue.release(fingerprint),
    async queue(pool, ticketsMax) {
      const known = names.routes().map((it) => it.pool);
      const asked = pool === undefined ? known : known.filter((it) => it === pool);
      if (asked.length === 0) return undefined;
      return Promise.all(asked.map(async (it) => reportQueue(it, await queue.inspect(it), ticketsMax)));
    },
    auditQueue: () => auditQueue(queue, names),
    cancelRequest: (id) => queue.cancel(id),
    evaluate: sources.evaluate,
    output: (replica) => supervisor.output(replica),
    onOutput: (listener) => supervisor.onOutput(listener),
  };
}

async function auditQueue(queue: Rooms['queue'], names: PoolNames): Promise<readonly FindingReport[]> {
  const pools = names.routes().map((it) => it.pool);
  const found = await Promise.all(pools.map(async (pool) => ({ pool, findings: await queue.audit(pool) })));
  return reportAudit(found, queue.isConnected());
}

function reportCard({ card, holders, line }: CardView): CardReport {
  return { card, held_by: holders, waiting: line.map((it) => it.replica) };
}

type Head = Omit<NodeReport, 'ready' | 'pools' | 'replicas' | 'cards' | 'totals'>;

async function reportHead(sources: ControlSources): Promise<Head> {
  const { rooms, reloader, changes, url, startedAt, warnings } = sources;
  const { config, overlay } = reloader.target();
  const last = reloader.last();
  return {
    version: buildInfo.version,
    pid: process.pid,
    started_at: startedAt,
    config: config.source,
    url,
    engine: config.engine.kind,
    redis: { kind: config.redis.kind, up: rooms.queue.isConnected(), on_down: config.queue.onRedisDown },
    reload_error: last === undefined || last.result === 'success' ? null : last.message,
    last_reload: reportReload(last),
    drift: (await sources.drift()) ?? null,
    swaps: reportSwaps(overlay),
    rollout: changes.rollout() ?? null,
    warnings: warnings(),
  };
}
