import { systemClock as clock, delay } from '../../src/telemetry/index.ts';
import type { Server } from './server.ts';
import { RUNNING_MAX, type Target } from './target.ts';

/** What one lifecycle (admit, claim, finish) costs while the line is so long. */
export interface Throughput {
  readonly waiting: number;
  readonly tenants: number;
  readonly perSecond: number;
  readonly nodeCpuUs: number;
  readonly redisCpuUs: number;
  /** Resident memory of this process for each waiting request; undefined where the line is empty. */
  readonly nodeBytesPerWaiting: number | undefined;
  readonly redisBytesPerWaiting: number | undefined;
}

const WARM_UP_MS = 500;
/** Newcomers at once while the line is filled: no more than a node keeps for its next commits. */
const FILL_AT_ONCE = 4_096;

const tenantOf = (index: number, tenants: number): string => `tenant-${index % tenants}`;

/** A closed loop at a constant depth: who ends is replaced by a newcomer of the next tenant. */
export async function measureThroughput(
  target: Target,
  server: Server,
  { waiting, tenants, windowMs }: { readonly waiting: number; readonly tenants: number; readonly windowMs: number },
): Promise<Throughput> {
  let ended = 0;
  let next = 0;
  let stopping = false;
  async function live(): Promise<void> {
    while (!stopping) {
      const end = await target.acquire(tenantOf(next++, tenants));
      end();
      ended += 1;
    }
  }
  const before = await memoryOf(server);
  await target.pause();
  const lives: Promise<void>[] = [];
  while (lives.length < waiting + RUNNING_MAX) {
    const count = Math.min(FILL_AT_ONCE, waiting + RUNNING_MAX - lives.length);
    for (let at = 0; at < count; at += 1) lives.push(live());
    await target.settled(lives.length);
  }
  const filled = await memoryOf(server);
  target.resume();
  await delay(clock, WARM_UP_MS);
  const from = { atMs: performance.now(), ended, cpu: process.cpuUsage(), redis: await server.cpuSeconds() };
  await delay(clock, windowMs);
  const cpu = process.cpuUsage(from.cpu);
  const redisSeconds = (await server.cpuSeconds()) - from.redis;
  const lifecycles = ended - from.ended;
  const seconds = (performance.now() - from.atMs) / 1000;
  stopping = true;
  await Promise.all(lives);
  await target.settled(0);
  const each = (grown: number): number | undefined => (waiting === 0 ? undefined : grown / (waiting + RUNNING_MAX));
  return {
    waiting,
    tenants,
    perSecond: lifecycles / seconds,
    nodeCpuUs: (cpu.user + cpu.system) / lifecycles,
    redisCpuUs: (redisSeconds * 1e6) / lifecycles,
    nodeBytesPerWaiting: each(filled.node - before.node),
    redisBytesPerWaiting: each(filled.redis - before.redis),
  };
}

async function memoryOf(server: Server): Promise<{ readonly node: number; readonly redis: number }> {
  Bun.gc(true);
  return { node: process.memoryUsage().heapUsed, redis: await server.memoryBytes() };
}

/** Time from asking to leave to run. */
export interface Latency {
  readonly perSecond: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
}

/** One request at a time, on a queue that does nothing else. */
export async function measureIdleLatency(target: Target, count: number): Promise<Latency> {
  const times: number[] = [];
  const startedMs = performance.now();
  for (let at = 0; at < count; at += 1) {
    const askedMs = performance.now();
    const end = await target.acquire('tenant-0');
    times.push(performance.now() - askedMs);
    end();
    await Bun.sleep(1);
  }
  await target.settled(0);
  return latencyOf(times, count / ((performance.now() - startedMs) / 1000));
}

/** What is late after a pause is asked for in pieces: a gateway's clients do not come in one turn of the event loop. */
const ASKED_AT_ONCE_MAX = 1_000;

/** An open loop: requests come when they come, whether or not those before have been answered. */
export async function measureLatencyAt(target: Target, perSecond: number, windowMs: number): Promise<Latency> {
  const times: number[] = [];
  const startedMs = performance.now();
  const lives: Promise<void>[] = [];
  async function live(dueMs: number, index: number): Promise<void> {
    const end = await target.acquire(tenantOf(index, 64));
    times.push(performance.now() - dueMs);
    end();
  }
  for (let asked = 0; performance.now() - startedMs < windowMs;) {
    const due = Math.floor(((performance.now() - startedMs) / 1000) * perSecond);
    const last = Math.min(due, asked + ASKED_AT_ONCE_MAX);
    for (; asked < last; asked += 1) lives.push(live(startedMs + (asked / perSecond) * 1000, asked));
    await new Promise((resolve) => setImmediate(resolve));
  }
  await Promise.all(lives);
  await target.settled(0);
  return latencyOf(times, times.length / (windowMs / 1000));
}

function latencyOf(times: number[], perSecond: number): Latency {
  const sorted = times.toSorted((one, other) => one - other);
  const at = (part: number): number => sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * part))] ?? NaN;
  return { perSecond, p50Ms: at(0.5), p99Ms: at(0.99) };
}
