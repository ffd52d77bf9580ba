/**
 * What it costs to run streams on another node: two processes and a Redis of their own on this host. One line of JSON:
 * added time per token from engine to reader, and CPU per token of each of the three.
 *
 *     bun run bench/relay/run.ts [STREAMS [STEPS_PER_SECOND [CHUNK_BYTES [SECONDS]]]]
 */
import { startRedis, type TestRedis } from '../../src/queue/fixtures/redis-server.ts';
import type { Reply } from '../../src/queue/outgoing.ts';
import { createRedisWire, createRelay, type Guest } from '../../src/queue/relay/index.ts';
import { silentLog, systemClock } from '../../src/telemetry/index.ts';
import { cpuUs, LIVES, nowMs, ORIGIN, WORKER } from './guest.ts';

/** Not counted: connections, first asks, the compiler. */
const WARM_UP_MS = 2_000;

const [streams = 256, stepsPerSecond = 60, chunkBytes = 250, seconds = 10] = Bun.argv.slice(2).map(Number);
const addedMs: number[] = [];
let counting = false;
let closing = false;

async function read(reply: Reply): Promise<void> {
  if (!reply.ok) throw new Error(`a stream did not start: ${reply.failure}`, { cause: reply.cause });
  const decoder = new TextDecoder();
  try {
    for await (const chunk of reply.body) {
      if (counting) addedMs.push(nowMs() - Number.parseFloat(decoder.decode(chunk)));
    }
  } catch (error) {
    if (!closing) throw error;
  }
}

async function redisCpuUs({ client }: TestRedis): Promise<number> {
  const text = await client.info('cpu');
  const secondsOf = (kind: string): number => Number(new RegExp(`used_cpu_${kind}:([\\d.]+)`).exec(text)?.[1]);
  return (secondsOf('user') + secondsOf('sys')) * 1e6;
}

function openOrigin(redis: TestRedis) {
  const wire = createRedisWire({ unixSocketPath: redis.socketPath }, ORIGIN, { clock: systemClock, log: silentLog });
  const sent = new Set<string>();
  const asked = (guest: Guest): 'run' => {
    if (!sent.has(guest.claim)) setImmediate(send, guest);
    sent.add(guest.claim);
    return 'run';
  };
  const ignore = (): void => undefined;
  const relay = createRelay(
    { wire, clock: systemClock, nodeName: ORIGIN },
    { asked, ended: ignore, quarantineChanged: ignore, cancel: ignore },
  );
  const { signal } = new AbortController();
  function send(guest: Guest): void {
    const request = { path: '/v1/completions', body: '{}', headers: {}, signal };
    void relay.send(guest, request, '').then(read);
  }
  relay.alive(LIVES);
  return relay;
}

const redis = await startRedis();
const relay = openOrigin(redis);
const command = ['bun', `${import.meta.dir}/engine-node.ts`, redis.socketPath];
const worker = Bun.spawn([...command, `${streams}`, `${stepsPerSecond}`, `${chunkBytes}`], { stdout: 'pipe' });
const startedMs = nowMs();
await Bun.sleep(WARM_UP_MS);
const [ownUs, redisUs] = [cpuUs(), await redisCpuUs(redis)];
counting = true;
await Bun.sleep(seconds * 1_000);
counting = false;
const [ownUsed, redisUsed] = [cpuUs() - ownUs, (await redisCpuUs(redis)) - redisUs];
const runMs = nowMs() - startedMs;
relay.tellCancel(WORKER, 'all');
const workerUsed = (Number(await worker.stdout.text()) * seconds * 1_000) / runMs; // its warm-up is in its figure, with its steps

addedMs.sort((a, b) => a - b);
const tokens = addedMs.length;
const quantile = (q: number): number => Math.round((addedMs[Math.floor(q * (tokens - 1))] ?? Number.NaN) * 100) / 100;
const each = (us: number): number => Math.round((us / tokens) * 10) / 10;
const cpuUsPerToken = { origin: each(ownUsed), worker: each(workerUsed), redis: each(redisUsed) };
const addedTimeMs = { p50: quantile(0.5), p99: quantile(0.99), most: quantile(1) };
const load = { streams, stepsPerSecond, chunkBytes, seconds };
process.stdout.write(`${JSON.stringify({ load, tokensPerSecond: tokens / seconds, addedTimeMs, cpuUsPerToken })}\n`);
closing = true;
await relay.close();
await redis.remove();
