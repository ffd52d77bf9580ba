import { createMetrics, silentLog, systemClock, type Clock, type Metrics } from '../../telemetry/index.ts';
import { createQueue } from '../create-queue.ts';
import type { Outgoing } from '../exchange.ts';
import type { Queue } from '../queue.ts';
import type { Store } from '../store.ts';
import type { Admission, Grant, Refusal, Ticket } from '../ticket.ts';

/** A queue with one known pool, `heavy`, and what it did to the world. */
export interface QueueUnderTest {
  readonly queue: Queue;
  readonly metrics: Metrics;
  readonly sent: { readonly replica: string; readonly request: Outgoing }[];
}

export interface TestSetting {
  readonly store: Store;
  readonly clock?: Clock;
  readonly maxDepth?: number;
}

export function queueUnderTest({ store, clock = systemClock, maxDepth = 100 }: TestSetting): QueueUnderTest {
  const metrics = createMetrics();
  const sent: QueueUnderTest['sent'] = [];
  const config = { maxDepth, maxWaitMs: 60_000, onRedisDown: 'refuse' as const };
  const queue = createQueue(config, ['heavy'], {
    store,
    clock,
    metrics,
    log: silentLog,
    newId: () => crypto.randomUUID(),
    send(replica, request) {
      sent.push({ replica, request });
      return Promise.resolve({ ok: false, failure: 'refused', cause: 'no engine in this test' });
    },
  });
  return { queue, metrics, sent };
}

let made = 0;

/** A ticket for `heavy` of 100 tokens that waits a minute. */
export function ticket(differing: Partial<Ticket> = {}): Ticket {
  made += 1;
  const usual = { pool: 'heavy', tenant: 'acme', priority: 'default', costTokens: 100, maxWaitMs: 60_000 } as const;
  return { id: `request-${made}`, ...usual, ...differing };
}

/** A client that stays. */
export const stays = (): AbortSignal => new AbortController().signal;

export function granted(admission: Admission): Grant {
  if (!admission.ok) throw new Error(`expected a grant, got ${JSON.stringify(admission.refusal)}`);
  return admission.grant;
}

export function refusal(admission: Admission): Refusal {
  if (admission.ok) throw new Error(`expected a refusal, got a grant on ${admission.grant.replica}`);
  return admission.refusal;
}
