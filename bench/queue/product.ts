import { createMemoryWire, createQueue, createRedisStore, type Queue, type Ticket } from '../../src/queue/index.ts';
import { keyOf } from '../../src/queue/redis-script.ts';
import { createLog, createMetrics, systemClock as clock } from '../../src/telemetry/index.ts';
import { parseConfig } from '../../src/config/index.ts';
import { until } from '../../test/support/wait.ts';
import type { Redis } from 'ioredis';
import type { Server } from './server.ts';
import { RUNNING_MAX, type Target } from './target.ts';

const POOL = 'heavy';
const REPLICA = 'heavy-0';
const CAPACITY = { kvTokens: 1_000_000_000, sequencesMax: RUNNING_MAX };
const DEPTH_MAX = 1_000_000;
/** Nobody is told that the line moves too slowly for that, though it stands while it is filled. */
const WAIT_MS_MAX = 2_000_000_000;
const FILL_LIMIT_MS = 120_000;
const USAGE = { prompt: 400, completion: 300, cached: 0 };

const CONFIG = `
pools: { ${POOL}: { model: m } }
replicas: [ { name: ${REPLICA}, pool: ${POOL} } ]
queue: { max_depth: ${DEPTH_MAX} }
`;

const UNLIMITED = { requestsPerMinute: undefined, tokensPerMinute: undefined };
/** Too much to be met: they are counted, and refuse nobody. */
const LIMITED = { requestsPerMinute: 1_000_000_000, tokensPerMinute: 1_000_000_000_000 };

/**
 * The queue as the program has it: depths, leases, deadlines, budgets, fairness, metrics; and with `isLimited` rates
 * counted for each tenant.
 */
export async function createProduct(
  { socketPath, client }: Server,
  stack: AsyncDisposableStack,
  isLimited: boolean,
): Promise<Target> {
  const loaded = parseConfig('/bench.yaml', CONFIG, { env: {}, uid: 0 });
  if (!loaded.ok) throw new Error(loaded.problems.map((it) => it.message).join('\n'));
  const queue = createQueue(loaded.config.queue, [POOL], {
    store: createRedisStore({ unixSocketPath: socketPath }),
    wire: createMemoryWire(),
    nodeName: 'bench',
    send: () => Promise.reject(new Error('nothing is sent here')),
    heard: () => undefined,
    clock,
    unixMs: Date.now,
    log: createLog('warn'),
    metrics: createMetrics(),
    newId: () => crypto.randomUUID(),
  });
  stack.defer(() => queue.close());
  queue.openReplica(REPLICA, POOL, CAPACITY);
  await until('the queue has its store', () => queue.isConnected());
  return targetOf(queue, client, isLimited);
}

function targetOf(queue: Queue, client: Redis, isLimited: boolean): Target {
  let named = 0;
  const signals: AbortSignal[] = []; // of clients with no request here now: making one is not the queue's work
  return {
    name: isLimited ? 'ssw-infer, with rate limits' : 'ssw-infer',
    async acquire(tenant) {
      named += 1;
      const signal = signals.pop() ?? new AbortController().signal;
      const admission = await queue.acquire(ticketOf(`t${named}`, tenant, isLimited), signal);
      if (!admission.ok) throw new Error(`refused: ${admission.refusal.reason}`);
      return () => {
        admission.grant.finish('completed', USAGE);
        signals.push(signal);
      };
    },
    pause: () => queue.closeReplica(REPLICA),
    resume: () => queue.openReplica(REPLICA, POOL, CAPACITY),
    settled: (waiting) =>
      until('all are in line', async () => (await client.zcard(keyOf(POOL, 'line'))) === waiting, FILL_LIMIT_MS),
  };
}

function ticketOf(id: string, tenant: string, isLimited: boolean): Ticket {
  return {
    id,
    pool: POOL,
    tenant,
    priority: 'default',
    size: { promptTokens: 400, outputTokensMax: 600, outputTokensMin: undefined, choices: 1, contextTokens: 8192 },
    limits: { weight: 1, depthMax: DEPTH_MAX, ...(isLimited ? LIMITED : UNLIMITED) },
    affinity: undefined,
    bodyBytes: 0, // else a million of them are more than a node keeps
    maxWaitMs: WAIT_MS_MAX,
    fingerprint: () => id,
  };
}
