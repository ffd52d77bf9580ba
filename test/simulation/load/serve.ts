import { normaliseError } from '../../../src/engine/index.ts';
import { openAccount } from '../../../src/gateway/answer/account.ts';
import type { Call } from '../../../src/gateway/call.ts';
import { aReading } from '../../../src/gateway/fixtures/reading.ts';
import { serveInference } from '../../../src/gateway/inference.ts';
import { silentLog as log } from '../../../src/telemetry/index.ts';
import type { SimulatedNode } from '../node/node.ts';
import { createSilentMetrics } from '../silent-metrics.ts';
import type { Story } from './ledger.ts';

/** What a client got in the end. */
export interface Outcome {
  readonly status: number;
  /** Why the queue refused it. */
  readonly refusal: string | undefined;
  readonly text: string;
  /** Its answer came to its proper end. */
  readonly isWhole: boolean;
}

const metrics = createSilentMetrics();
const SLOW_CLIENT_MS = 30_000;
const OUTPUT_TOKENS_MAX = 12_000;
const idleLimit = { set: () => {}, lift: () => {} };

/** Serves a request as the gateway does, from its admission to its last byte. */
export async function serve(node: SimulatedNode, id: string, story: Story, signal: AbortSignal): Promise<Outcome> {
  const { clock, queue, config } = node;
  const nowMs = clock.nowMs();
  const account = openAccount({ requestId: id, arrivedMs: nowMs }, { clock, metrics, log, tenantLabel: () => 'all' });
  const call = callOf(id, story, signal, nowMs, config.queue.maxWaitMs);
  account.routed(call);
  const { flushAfterMs } = config.queue;
  const fleet = { replicas: () => [], onTransition: () => () => undefined };
  const newId = () => `${id}-elsewhere`;
  const rooms = { queue, fleet, clock, log, newId, normaliseError, flushAfterMs, slowClientTimeoutMs: SLOW_CLIENT_MS };
  const response = await serveInference(call, account, rooms);
  const text = await read(response, signal);
  const refusal = response.headers.get('x-ssw-reject-reason') ?? undefined;
  return { status: response.status, refusal, text, isWhole: isWhole(response, text) };
}

function callOf(id: string, story: Story, signal: AbortSignal, nowMs: number, maxWaitMs: number): Call {
  const { pool, body, runsMs, isStream } = story;
  return {
    requestId: id,
    route: { pool, model: pool, engineModel: pool, aliases: [], maxModelLen: undefined, maxWaitMs },
    ticket: {
      id,
      pool,
      tenant: 'anonymous',
      priority: 'default',
      size: {
        promptTokens: 100,
        outputTokensMax: Math.min(OUTPUT_TOKENS_MAX, Math.ceil(runsMs)),
        outputTokensMin: undefined,
        choices: 1,
        contextTokens: undefined,
      },
      limits: { weight: 1, depthMax: 1_000, requestsPerMinute: undefined, tokensPerMinute: undefined },
      affinity: undefined,
      bodyBytes: body.length,
      maxWaitMs,
      fingerprint: () => body,
    },
    outgoing: { path: '/v1/chat/completions', body, headers: { 'x-request-id': id }, signal },
    reading: aReading,
    streams: isStream,
    idleLimit,
    arrivedMs: nowMs,
    readMs: nowMs,
  };
}

/** All that comes before the client leaves. */
async function read(response: Response, signal: AbortSignal): Promise<string> {
  if (response.body === null) return '';
  const reader = response.body.getReader();
  const parts: Uint8Array[] = [];
  const left = new Promise<undefined>((resolve) => signal.addEventListener('abort', () => resolve(undefined)));
  for (;;) {
    const next = await Promise.race([reader.read().catch(() => undefined), left]);
    if (next === undefined || next.done || signal.aborted) break;
    parts.push(next.value);
  }
  if (signal.aborted) void reader.cancel().catch(() => {});
  return Buffer.concat(parts).toString();
}

function isWhole(response: Response, text: string): boolean {
  if (response.status !== 200) return false;
  const isStream = response.headers.get('content-type')?.startsWith('text/event-stream') === true;
  return !isStream || text.endsWith('data: [DONE]\n\n');
}
