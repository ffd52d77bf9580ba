import type { NodeReport, PoolReport, ReplicaReport } from '../control/index.ts';
import { findNode, type NodeOption } from './context.ts';
import { EXIT, type ExitCode } from './exit-codes.ts';
import { formatDuration, formatTable, type Terminal } from './terminal.ts';

/** `ssw-infer status`: what runs, in two tables; exit 0 whether or not all is ready. */
export async function status(option: NodeOption & { readonly json?: true }, terminal: Terminal): Promise<ExitCode> {
  const report = await (await findNode(option)).status();
  terminal.out(
    option.json === true ? JSON.stringify(report, null, 2) : formatStatus(report, Date.now(), terminal.columns),
  );
  return EXIT.ok;
}

/** The report as a person reads it. `nowUnixMs` dates the ages. */
export function formatStatus(report: NodeReport, nowUnixMs: number, columns: number | undefined): string {
  const age = (since: string) => formatDuration(nowUnixMs - Date.parse(since));
  const simulated = report.engine === 'sim' ? ' · SIMULATED ENGINES, no model behind them' : '';
  const parts = [
    `ssw-infer ${report.version} · pid ${report.pid} · up ${age(report.started_at)} · ${report.url}${simulated}`,
    ...(report.redis.up ? [] : [`redis: NO ANSWER; ${WITHOUT_REDIS[report.redis.on_down]} until it is back`]),
    ...(report.reload_error === null ? [] : [`last reload: ${report.reload_error}`]),
    ...report.warnings.map((it) => `WARNING: ${it}`),
    '',
    formatTable([['POOL', 'MODEL', 'READY', 'WAITING', 'OLDEST'], ...report.pools.map(poolRow)], columns),
    '',
    formatTable(
      [
        ['REPLICA', 'POOL', 'GPU', 'STATE', 'FOR', 'PID', 'RUNNING', 'RESTARTS', 'LAST EXIT'],
        ...report.replicas.map((it) => replicaRow(it, age)),
      ],
      columns,
    ),
    ...report.replicas.flatMap(notReady),
    ...report.replicas.flatMap(advice),
  ];
  return parts.join('\n');
}

const WITHOUT_REDIS = {
  degraded: 'requests wait in memory, for the replicas of this host alone,',
  refuse: 'new requests are refused',
} as const;

function poolRow(pool: PoolReport): string[] {
  const oldest = pool.waiting === 0 ? '-' : formatDuration(pool.oldest_wait_ms);
  const remote = pool.remote_replicas === 0 ? '' : ` +${pool.remote_replicas}`;
  return [pool.name, pool.model, `${pool.ready}/${pool.replicas}${remote}`, String(pool.waiting), oldest];
}

function replicaRow(replica: ReplicaReport, age: (since: string) => string): string[] {
  return [
    replica.name,
    replica.pool,
    replica.gpu === null ? '-' : String(replica.gpu),
    stateOf(replica),
    age(replica.since),
    replica.pid === null ? '-' : String(replica.pid),
    String(replica.in_flight),
    String(replica.restarts),
    replica.last_exit?.cause ?? '-',
  ];
}

/** `starting (loading 3/5)`, `waiting_for_card (memory)`. */
function stateOf({ state, waiting_for: waitingFor, phase, progress }: ReplicaReport): string {
  if (waitingFor !== null) return `${state} (${waitingFor})`;
  if (phase === null) return state;
  return progress === null ? `${state} (${phase})` : `${state} (${phase} ${progress.done}/${progress.total})`;
}

/** An engine that somebody else runs may stay so for ever. */
function notReady({ name, not_ready_because: why }: ReplicaReport): string[] {
  return why === null ? [] : ['', `${name} is not ready yet: ${why}`];
}

function advice(replica: ReplicaReport): string[] {
  if (replica.last_exit === null || replica.state === 'ready') return [];
  return ['', `${replica.name}: ${replica.last_exit.advice}`];
}
