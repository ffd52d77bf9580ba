import { startNode, type NodeSite } from '../node/start.ts';
import { descendants, readResidentBytes, readStat, type ProcessStat } from '../overhead/proc.ts';
import { configOf } from './config.ts';

/** What the processes of one role took over the window. */
export interface Usage {
  /** Of one core. */
  readonly cpuShare: number;
  readonly residentBytes: number;
}

/** An idle node, role by role. */
export interface Idle {
  readonly replicas: number;
  readonly windowMs: number;
  readonly supervisor: Usage;
  readonly redis: Usage;
  /** All of them together. */
  readonly engines: Usage;
}

const READY_LIMIT_MS_PER_REPLICA = 10_000;
/** What a start leaves to do, above all the compiler's work on code that has just become hot. */
const SETTLE_MS = 60_000;

/** Starts a node, lets it come to rest, and watches it do nothing for `windowMs`. */
export async function measureIdle(binary: string, replicas: number, windowMs: number, site: NodeSite): Promise<Idle> {
  const node = await startNode(binary, configOf(replicas), site);
  await node.allReady(replicas * READY_LIMIT_MS_PER_REPLICA);
  await Bun.sleep(Math.min(SETTLE_MS, windowMs));
  const before = rolesOf(node.pid);
  const beganMs = performance.now();
  await Bun.sleep(windowMs);
  const elapsedMs = performance.now() - beganMs;
  const after = rolesOf(node.pid);
  if (after.redis.length !== 1 || before.engines.length !== after.engines.length)
    throw new Error(`not idle: ${before.engines.length} engine processes before, ${after.engines.length} after`);
  const usage = (role: keyof Roles) => usageOf(before[role], after[role], elapsedMs);
  return {
    replicas,
    windowMs: elapsedMs,
    supervisor: usage('supervisor'),
    redis: usage('redis'),
    engines: usage('engines'),
  };
}

interface Roles {
  readonly supervisor: readonly ProcessStat[];
  readonly redis: readonly ProcessStat[];
  readonly engines: readonly ProcessStat[];
}

/** The node's own process is the supervisor, with whatever it started that is neither Redis nor an engine (the guard). */
function rolesOf(node: number): Roles {
  const children = descendants(node);
  const redis = children.filter((it) => it.name.startsWith('redis-server'));
  const leaders = children.filter((it) => it.parent === node && it.name === readStat(node).name);
  const engines = [...leaders, ...leaders.flatMap((it) => descendants(it.pid))];
  const others = children.filter((it) => ![...redis, ...engines].some((known) => known.pid === it.pid));
  return { supervisor: [readStat(node), ...others], redis, engines };
}

function usageOf(before: readonly ProcessStat[], after: readonly ProcessStat[], elapsedMs: number): Usage {
  const seconds = (all: readonly ProcessStat[]) => all.reduce((sum, it) => sum + it.cpuSeconds, 0);
  return {
    cpuShare: ((seconds(after) - seconds(before)) * 1000) / elapsedMs,
    residentBytes: after.reduce((sum, it) => sum + readResidentBytes(it.pid), 0),
  };
}
