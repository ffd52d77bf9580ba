import type { Clock, Metrics } from '../../telemetry/index.ts';
import type { Outgoing, Reply } from '../outgoing.ts';
import type { Outcome } from '../ticket.ts';
import { createRelay } from './create-relay.ts';
import type { Account, Bidding, Guest, GuestGrant, Relay } from './relay.ts';
import type { Wire } from './wire.ts';

/** One node with its relay, what it answers to askers, and what it was told. */
export interface TestNode {
  readonly name: string;
  readonly relay: Relay;
  /** By claim; those not listed are dropped. */
  readonly bids: Map<string, Bidding>;
  readonly told: unknown[];
}

export function createTestNode(name: string, wire: Wire, clock: Clock, metrics?: Metrics): TestNode {
  const bids = new Map<string, Bidding>();
  const told: unknown[] = [];
  const relay = createRelay(
    { wire, clock, nodeName: name, ...(metrics ? { metrics } : {}) },
    {
      asked: ({ claim }) => bids.get(claim) ?? 'drop',
      ended: (replica, ending) => void told.push({ replica, ending }),
      quarantineChanged: (pool) => void told.push({ pool }),
      cancel: (id) => void told.push({ id }),
    },
  );
  return { name, relay, bids, told };
}

/** How a guest's grant ended. */
export type GrantEnd =
  { readonly by: 'finish'; readonly outcome: Outcome; readonly account: Account | undefined } | { readonly by: 'back' };

/** A guest's grant whose engine is `answer`, and what came of it. */
export interface TestGrant extends GuestGrant {
  readonly ends: GrantEnd[];
  readonly requests: Outgoing[];
  fingerprinted: string | undefined;
  tokens: number | undefined;
  receivedChunks: number;
}

export function createTestGrant(answer: (request: Outgoing) => Promise<Reply>): TestGrant {
  const ends: GrantEnd[] = [];
  const requests: Outgoing[] = [];
  const grant: TestGrant = {
    ends,
    requests,
    fingerprinted: undefined,
    tokens: undefined,
    receivedChunks: 0,
    send(request) {
      requests.push(request);
      return answer(request);
    },
    received: () => void (grant.receivedChunks += 1),
    resize: (tokens) => void (grant.tokens = tokens),
    finish: (outcome, account) => void ends.push({ by: 'finish', outcome, account }),
    fingerprint: (value) => void (grant.fingerprinted = value),
    back: () => void ends.push({ by: 'back' }),
  };
  return grant;
}

let claims = 0;

/** A claim of `worker` for a ticket of `origin`. */
export function guestOf(worker: string, origin: string): Guest {
  claims += 1;
  return {
    pool: 'heavy',
    claim: `${worker}-life-${claims}:1`,
    id: `request-${claims}`,
    origin: `${origin}:life`,
    replica: `${worker}/heavy-0`,
    alone: false,
  };
}

/** A request of `body`. */
export function outgoing(body: string | Uint8Array = '{}', signal = new AbortController().signal): Outgoing {
  return { path: '/v1/chat/completions', body, headers: { 'content-type': 'application/json' }, signal };
}

/** An engine's answer made of `chunks`; breaks where those throw, or at once when the request is aborted. */
export function answerOf(chunks: AsyncIterable<Uint8Array>, { signal }: Outgoing): Reply {
  return {
    ok: true,
    status: 200,
    headers: { 'content-type': 'text/event-stream' },
    body: untilAborted(chunks, signal),
  };
}

async function* untilAborted(chunks: AsyncIterable<Uint8Array>, signal: AbortSignal): AsyncGenerator<Uint8Array> {
  const { promise: aborted, reject } = Promise.withResolvers<never>();
  aborted.catch(() => undefined);
  const abort = (): void => reject(new Error('aborted', { cause: signal.reason }));
  signal.addEventListener('abort', abort, { once: true });
  const iterator = chunks[Symbol.asyncIterator]();
  try {
    if (signal.aborted) abort();
    for (;;) {
      const next = await Promise.race([iterator.next(), aborted]);
      if (next.done) return;
      yield next.value;
    }
  } finally {
    signal.removeEventListener('abort', abort);
  }
}

/** What a reader got of an answer, in the end. */
export interface Read {
  readonly bytes: Uint8Array;
  readonly error: Error | undefined;
}

export async function readAll(reply: Reply): Promise<Read> {
  const pieces: Uint8Array[] = [];
  if (!reply.ok) return { bytes: new Uint8Array(), error: new Error(reply.failure, { cause: reply.cause }) };
  try {
    for await (const piece of reply.body) pieces.push(piece);
  } catch (error) {
    return { bytes: Buffer.concat(pieces), error: error instanceof Error ? error : new Error(String(error)) };
  }
  return { bytes: Buffer.concat(pieces), error: undefined };
}

export const textOf = (bytes: Uint8Array | string): string =>
  typeof bytes === 'string' ? bytes : new TextDecoder().decode(bytes);

/** Texts as the chunks of an answer. */
export async function* chunksOf(...texts: readonly string[]): AsyncGenerator<Uint8Array> {
  for (const text of texts) yield await Promise.resolve(new TextEncoder().encode(text));
}
