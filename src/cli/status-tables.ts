import type { CardReport, NodeReport, PoolReport, ReplicaReport } from '../control/index.ts';
import { pointer } from './runbook.ts';
import { changeLines, rolloutLines } from './status-changes.ts';
import { formatTable, plain } from './table.ts';
import { formatDuration } from './terminal.ts';

/** How a report is shown. */
export interface StatusView {
  /** Dates the ages. */
  readonly nowUnixMs: number;
  readonly columns: number | undefined;
  /** Cells after those of a pool, under these heads: what one report alone does not tell. */
  readonly poolExtra?: { readonly head: readonly string[]; readonly of: (pool: string) => readonly string[] };
  /** In place of the words for a state. */
  readonly stateOf?: (replica: ReplicaReport) => string;
}

/** What is told above the tables: the node, and what is wrong with it as a whole. */
export function headLines(report: NodeReport, nowUnixMs: number): string[] {
  const { version, pid, url, redis, warnings } = report;
  const simulated = report.engine === 'sim' ? ' · SIMULATED ENGINES, no model behind them' : '';
  const up = formatDuration(nowUnixMs - Date.parse(report.started_at));
  return [
    `ssw-infer ${version} · pid ${pid} · up ${up} · ${url}${simulated}`,
    ...(redis.up
      ? []
      : [`redis: NO ANSWER; ${WITHOUT_REDIS[redis.on_down]} until it is back ${pointer('redis-down')}`]),
    ...changeLines(report),
    ...warnings.map((it) => `WARNING: ${it}`),
  ].map(plain);
}

const WITHOUT_REDIS = {
  degraded: 'requests wait in memory, for the replicas of this host alone,',
  refuse: 'new requests are refused',
} as const;

function poolTable(report: NodeReport, { columns, poolExtra }: StatusView): string {
  const head = ['POOL', 'MODEL', 'READY', 'WAITING', 'OLDEST', 'RUNNING', ...(poolExtra?.head ?? [])];
  const running = (pool: string) =>
    report.replicas.filter((it) => it.pool === pool).reduce((sum, it) => sum + it.in_flight, 0);
  const rows = report.pools.map((it) => [...poolRow(it), String(running(it.name)), ...(poolExtra?.of(it.name) ?? [])]);
  return formatTable([head, ...rows], columns);
}

function poolRow(pool: PoolReport): string[] {
  const oldest = pool.waiting === 0 ? '-' : formatDuration(pool.oldest_wait_ms);
  const remote = pool.remote_replicas === 0 ? '' : ` +${pool.remote_replicas}`;
  return [pool.name, pool.model, `${pool.ready}/${pool.replicas}${remote}`, String(pool.waiting), oldest];
}

function replicaTable(report: NodeReport, { columns, nowUnixMs, stateOf = stateWords }: StatusView): string {
  const head = ['REPLICA', 'POOL', 'GPU', 'STATE', 'FOR', 'PID', 'RUNNING', 'RESTARTS', 'LAST EXIT'];
  const rows = report.replicas.map((it) => [
    it.name,
    it.pool,
    it.gpu === null ? '-' : String(it.gpu),
    stateOf(it),
    formatDuration(nowUnixMs - Date.parse(it.since)),
    it.pid === null ? '-' : String(it.pid),
    String(it.in_flight),
    String(it.restarts),
    it.last_exit?.cause ?? '-',
  ]);
  return formatTable([head, ...rows], columns);
}

/** `starting (loading 3/5)`, `waiting_for_card (memory)`. */
export function stateWords({ state, waiting_for: waitingFor, phase, progress }: ReplicaReport): string {
  if (waitingFor !== null) return `${state} (${waitingFor})`;
  if (phase === null) return state;
  return progress === null ? `${state} (${phase})` : `${state} (${phase} ${progress.done}/${progress.total})`;
}

/** Who starts or stops on which card; undefined while nobody does. */
function cardTable({ cards }: NodeReport, columns: number | undefined): string | undefined {
  const busy = cards.filter((it) => it.held_by.length + it.waiting.length > 0);
  return busy.length === 0 ? undefined : formatTable([['CARD', 'BUSY WITH', 'WAITING'], ...busy.map(cardRow)], columns);
}

function cardRow({ card, held_by: holders, waiting }: CardReport): string[] {
  const uses = holders.map(({ replica, use }) => `${replica} (${use})`);
  return [card, uses.join(', ') || '-', waiting.join(', ') || '-'];
}

/** All tables, one after the other. */
export function tables(report: NodeReport, view: StatusView): string[] {
  const { columns, nowUnixMs } = view;
  const all = [
    poolTable(report, view),
    replicaTable(report, view),
    cardTable(report, columns),
    rolloutLines(report, nowUnixMs, columns),
  ];
  return all.filter((it) => it !== undefined);
}

/** What is to be said of single replicas: why one is not ready, and what to do. */
export function remarks({ replicas }: NodeReport): string[] {
  return [...replicas.flatMap(notReady), ...replicas.flatMap(advice)].map(plain);
}

/** An engine that somebody else runs may stay so for ever. */
function notReady({ name, not_ready_because: why }: ReplicaReport): string[] {
  return why === null ? [] : [`${name} is not ready yet: ${why}`];
}

function advice(replica: ReplicaReport): string[] {
  if (replica.last_exit === null || replica.state === 'ready') return [];
  const { advice: text, runbook } = replica.last_exit;
  return [`${replica.name}: ${text}${runbook === null ? '' : ` ${pointer(runbook)}`}`];
}
