import { beforeEach, expect, test } from 'bun:test';
import { createFakeClock, type FakeClock } from '../../../test/support/fake-clock.ts';
import { createMetrics } from '../../telemetry/index.ts';
import type { Outgoing, Reply } from '../outgoing.ts';
import { HEAD_BYTES_MAX } from './limits.ts';
import { decode, encode } from './message.ts';
import { createMemoryWires, type Fate, type MemoryWires } from './memory-wire.ts';
import {
  answerOf,
  chunksOf,
  createTestGrant,
  createTestNode,
  guestOf,
  outgoing,
  readAll,
  textOf,
  type TestGrant,
  type TestNode,
} from './relay-nodes.fixture.ts';
import type { Guest } from './relay.ts';

const account = { used: { prompt: 3, completion: 4, cached: 0 }, size: { promptTokens: 4, choices: 1 } };
let clock: FakeClock;
let fate: Fate;
let wires: MemoryWires;
let origin: TestNode;
let worker: TestNode;
let guest: Guest;

beforeEach(() => {
  clock = createFakeClock();
  fate = () => 1;
  wires = createMemoryWires(clock, (from, to, message) => fate(from, to, message));
  origin = createTestNode('gateway', wires.open('gateway'), clock);
  worker = createTestNode('worker', wires.open('worker'), clock);
  for (const { relay } of [origin, worker]) relay.alive(['gateway:life', 'worker:life']);
  guest = guestOf('worker', 'gateway');
});

/** A grant whose engine answers with these texts. */
const grantFor = (...texts: readonly string[]): TestGrant =>
  createTestGrant((request) => Promise.resolve(answerOf(chunksOf(...texts), request)));

/** An engine that answers by the piece, as told. */
function slowEngine() {
  const pieces = new TransformStream<Uint8Array, Uint8Array>(undefined, undefined, { highWaterMark: 1_000 });
  const writer = pieces.writable.getWriter();
  let signal: AbortSignal | undefined;
  const grant = createTestGrant((request: Outgoing) => {
    ({ signal } = request);
    return Promise.resolve(answerOf(pieces.readable, request));
  });
  return {
    grant,
    says: (text: string) => void writer.write(new TextEncoder().encode(text)),
    stops: () => void writer.close(),
    aborted: () => signal?.aborted,
  };
}

/** The claim runs: asked for, sent, answered with a status line. */
async function running(grant: TestGrant, request = outgoing()): Promise<Extract<Reply, { ok: true }>> {
  origin.bids.set(guest.claim, 'run');
  const reply = origin.relay.send(guest, request, 'a fingerprint');
  worker.relay.host(guest, grant);
  await clock.advance(20);
  const settled = await reply;
  if (!settled.ok) throw new Error(`expected an answer, got ${settled.failure}`);
  return settled;
}

test('runs a request on another node, and its answer comes back', async () => {
  const grant = grantFor('Hello', ' world');
  const reply = await running(grant, outgoing('{"prompt":"hi"}'));
  expect(reply).toMatchObject({ status: 200, headers: { 'content-type': 'text/event-stream' } });
  const read = await readAll(reply);
  expect(textOf(read.bytes)).toBe('Hello world');
  expect(grant.requests.map(({ path, body }) => [path, textOf(body)])).toEqual([
    ['/v1/chat/completions', '{"prompt":"hi"}'],
  ]);
  expect(grant.fingerprinted).toBe('a fingerprint');
  expect(grant.receivedChunks).toBe(2);
  expect(grant.ends).toEqual([]); // until the origin has judged it
  origin.relay.end(guest, 'completed', account);
  await clock.advance(2);
  expect(grant.ends).toEqual([{ by: 'finish', outcome: 'completed', account }]);
  await clock.advance(10_000);
  expect(clock.nextInMs()).toBeUndefined(); // nothing is left to look after
});

test('the room that a run takes is told to its worker', async () => {
  const { grant } = slowEngine();
  await running(grant);
  origin.relay.resize(guest, 1_234);
  await clock.advance(20);
  expect(grant.tokens).toBe(1_234);
});

test('an ask for a ticket that is not wanted, or not from here, ends the claim', async () => {
  const grant = grantFor();
  worker.relay.host(guest, grant);
  await clock.advance(2);
  expect(grant.ends).toEqual([{ by: 'finish', outcome: 'client_gone', account: undefined }]);
  expect(grant.requests).toEqual([]);
});

test('asks again until it is heard, and gives the ticket back where it never is', async () => {
  const heard = grantFor('ok');
  fate = () => (clock.nowMs() < 1_200 ? 'lost' : 1);
  worker.relay.host(guest, heard);
  await clock.advance(2_000);
  expect(heard.ends).toEqual([{ by: 'finish', outcome: 'client_gone', account: undefined }]);

  const unheard = grantFor();
  fate = () => 'lost';
  worker.relay.host(guestOf('worker', 'gateway'), unheard);
  await clock.advance(3_500);
  expect(unheard.ends).toEqual([]);
  await clock.advance(1_500);
  expect(unheard.ends).toEqual([{ by: 'back' }]);
});

test('a large body goes in windows, and what is lost of it is sent again', async () => {
  let lost = 0;
  fate = (_from, to, message) => (to === 'worker' && message.byteLength > 50_000 && (lost += 1) % 7 === 3 ? 'lost' : 1);
  const body = Buffer.alloc(5 * 1024 * 1024, 'abcdefg');
  const grant = grantFor('read it all');
  origin.bids.set(guest.claim, 'run');
  const reply = origin.relay.send(guest, outgoing(body), '');
  worker.relay.host(guest, grant);
  await clock.advance(60_000);
  expect(textOf((await readAll(await reply)).bytes)).toBe('read it all');
  expect(Bun.hash(grant.requests[0]?.body ?? '')).toBe(Bun.hash(body));
  expect(lost).toBeGreaterThan(10);
});

test('a reader that takes nothing holds the engine back at one window', async () => {
  let pulled = 0;
  const grant = createTestGrant((request) => {
    const body = async function* (): AsyncGenerator<Uint8Array> {
      for (; pulled < 10_000; pulled += 1) yield await Promise.resolve(new Uint8Array(1_000));
    };
    return Promise.resolve(answerOf(body(), request));
  });
  const reply = await running(grant);
  await clock.advance(30_000); // longer than any silence is suffered: both sides are still there
  expect(pulled).toBe(262);
  expect(grant.ends).toEqual([]);
  const read = readAll(reply);
  await clock.advance(1_000);
  expect((await read).bytes.byteLength).toBe(10_000_000);
});

test('credit that is lost is told again', async () => {
  fate = (_from, to, message) => (to === 'worker' && decode(message)?.kind === 'credit' ? 'lost' : 1);
  const grant = createTestGrant((request) =>
    Promise.resolve(answerOf(chunksOf('a'.repeat(200_000), 'b'.repeat(200_000)), request)),
  );
  const read = readAll(await running(grant));
  await clock.advance(1_500);
  expect(await read).toEqual({ bytes: Buffer.alloc(400_000, 'a').fill('b', 200_000), error: undefined });
});

test('an abort stops the engine within one message', async () => {
  const engine = slowEngine();
  const leaving = new AbortController();
  const reply = await running(engine.grant, outgoing('{}', leaving.signal));
  engine.says('a');
  const read = readAll(reply);
  await clock.advance(5);
  leaving.abort();
  await clock.advance(1);
  expect(engine.aborted()).toBe(true);
  expect((await read).error?.message).toBe('the request was aborted');
  origin.relay.end(guest, 'client_gone', account);
  await clock.advance(1);
  expect(engine.grant.ends).toEqual([{ by: 'finish', outcome: 'client_gone', account }]);
});

test('an abort before the status line, or before it was sent, is an aborted request', async () => {
  const leaving = new AbortController();
  const reply = origin.relay.send(guest, outgoing('{}', leaving.signal), '');
  leaving.abort();
  expect(await reply).toMatchObject({ ok: false, failure: 'aborted' });
  expect(await origin.relay.send(guest, outgoing('{}', leaving.signal), '')).toMatchObject({ failure: 'aborted' });
});

test('headers that fit in no message are refused before anything is sent', async () => {
  const request = { ...outgoing(), headers: { cookie: 'x'.repeat(HEAD_BYTES_MAX) } };
  expect(await origin.relay.send(guest, request, '')).toMatchObject({ ok: false, failure: 'exhausted' });
  const grant = createTestGrant((it) =>
    Promise.resolve({ ...answerOf(chunksOf('a'), it), headers: { 'set-cookie': 'x'.repeat(HEAD_BYTES_MAX) } }),
  );
  origin.bids.set(guest.claim, 'run');
  const reply = origin.relay.send(guest, outgoing(), '');
  worker.relay.host(guest, grant);
  await clock.advance(20);
  expect(await reply).toMatchObject({ ok: false, failure: 'reset' });
});

test('a worker that was started again, and knows nothing of the claim, fails the request at once', async () => {
  origin.bids.set(guest.claim, 'run');
  const reply = origin.relay.send(guest, outgoing(), '');
  await clock.advance(2);
  expect(await reply).toMatchObject({ ok: false, failure: 'reset' });
});

test('a reader that leaves stops the engine', async () => {
  const engine = slowEngine();
  const reply = await running(engine.grant);
  engine.says('a');
  await clock.advance(5);
  for await (const bytes of reply.body) {
    expect(textOf(bytes)).toBe('a');
    break;
  }
  await clock.advance(1);
  expect(engine.aborted()).toBe(true);
});

test('how an engine failed before the status line is told as it is', async () => {
  for (const failure of ['refused', 'reset', 'exhausted', 'unwritable', 'timed_out'] as const) {
    guest = guestOf('worker', 'gateway');
    const grant = createTestGrant(() => Promise.resolve({ ok: false, failure, cause: 'no engine' }));
    origin.bids.set(guest.claim, 'run');
    const reply = origin.relay.send(guest, outgoing(), '');
    worker.relay.host(guest, grant);
    await clock.advance(20);
    expect(await reply).toMatchObject({ ok: false, failure });
    const outcome = failure === 'reset' ? 'connection_broke' : 'engine_error';
    origin.relay.end(guest, outcome, account);
    await clock.advance(1);
    expect(grant.ends).toEqual([{ by: 'finish', outcome, account }]);
  }
});

test('an engine that breaks in the middle breaks the answer there', async () => {
  const grant = createTestGrant((request) => {
    const body = async function* (): AsyncGenerator<Uint8Array> {
      yield* chunksOf('some');
      throw new Error('the engine died');
    };
    return Promise.resolve(answerOf(body(), request));
  });
  const read = readAll(await running(grant));
  await clock.advance(5);
  expect(textOf((await read).bytes)).toBe('some');
  expect((await read).error?.message).toBe('the request ended on node worker: reset');
  origin.relay.end(guest, 'connection_broke', account);
  await clock.advance(1);
  expect(grant.ends).toEqual([{ by: 'finish', outcome: 'connection_broke', account }]);
});

test('a frame that is lost breaks the answer at once, and the engine is not blamed for it', async () => {
  const engine = slowEngine();
  const reply = await running(engine.grant);
  const read = readAll(reply);
  engine.says('one ');
  await clock.advance(5);
  fate = (_from, to) => (to === 'gateway' ? 'lost' : 1);
  engine.says('two ');
  await clock.advance(5);
  fate = () => 1;
  engine.says('three');
  await clock.advance(5);
  expect(textOf((await read).bytes)).toBe('one ');
  expect((await read).error?.message).toBe('frames of node worker did not arrive: 1');
  expect(engine.aborted()).toBe(true);
  origin.relay.end(guest, 'connection_broke', account);
  await clock.advance(1);
  expect(engine.grant.ends).toEqual([{ by: 'finish', outcome: 'client_gone', account }]);
});

test('a last frame that is lost is missed within a second or so', async () => {
  const engine = slowEngine();
  const read = readAll(await running(engine.grant));
  engine.says('one');
  await clock.advance(5);
  fate = (_from, to) => (to === 'gateway' ? 'lost' : 1);
  engine.stops();
  await clock.advance(5);
  fate = () => 1;
  await clock.advance(1_500);
  expect((await read).error?.message).toBe('frames of node worker did not arrive: 1');
});

test('an answer without a word for minutes goes on while its worker lives', async () => {
  const engine = slowEngine();
  const read = readAll(await running(engine.grant));
  await clock.advance(120_000);
  engine.says('at last');
  engine.stops();
  await clock.advance(5);
  expect(await read).toEqual({ bytes: Buffer.from('at last'), error: undefined });
});

test('where the wire is dead both sides end within 5 s, and the ticket is offered again', async () => {
  const engine = slowEngine();
  const read = readAll(await running(engine.grant));
  fate = () => 'lost';
  await clock.advance(5_000);
  expect((await read).error?.message).toBe('node worker is silent');
  expect(engine.aborted()).toBe(true);
  expect(engine.grant.ends).toEqual([{ by: 'back' }]);
});

test('where the other node holds no lease any more both sides end sooner', async () => {
  const engine = slowEngine();
  const read = readAll(await running(engine.grant));
  fate = () => 'lost';
  origin.relay.alive(['gateway:life']);
  worker.relay.alive(['worker:life']);
  await clock.advance(2_500);
  expect((await read).error?.message).toBe('node worker is silent');
  expect(engine.aborted()).toBe(true);
});

test('guests are dropped when the own lease lapsed, and their origins told', async () => {
  const engine = slowEngine();
  const read = readAll(await running(engine.grant));
  worker.relay.lapsed();
  expect(engine.aborted()).toBe(true);
  expect(engine.grant.ends).toEqual([{ by: 'back' }]);
  await clock.advance(1);
  expect((await read).error?.message).toBe('the request ended on node worker: reset');
});

test('a verdict that is lost is told again; one that never comes is waited for 5 s', async () => {
  const told = grantFor('a');
  await readAll(await running(told));
  fate = () => 'lost';
  origin.relay.end(guest, 'completed', account);
  await clock.advance(5);
  fate = () => 1;
  await clock.advance(1_500);
  expect(told.ends).toEqual([{ by: 'finish', outcome: 'completed', account }]);

  guest = guestOf('worker', 'gateway');
  const untold = grantFor('a');
  await readAll(await running(untold));
  await clock.advance(4_500);
  expect(untold.ends).toEqual([]);
  await clock.advance(1_000);
  expect(untold.ends).toEqual([{ by: 'finish', outcome: 'client_gone', account: undefined }]);
});

test('a claim that its origin knows nothing of is ended when it shows, and counted', async () => {
  const engine = slowEngine();
  await running(engine.grant);
  const metrics = createMetrics();
  createTestNode('gateway', wires.open('gateway'), clock, metrics); // started again, it has forgotten everything
  engine.says('a zombie');
  engine.says('goes on');
  await clock.advance(2);
  expect(engine.aborted()).toBe(true);
  expect(engine.grant.ends).toEqual([{ by: 'finish', outcome: 'client_gone', account: undefined }]);
  expect(await metrics.registry.metrics()).toContain('sswinfer_duplicate_claims_total 1');
});

test('what is said of a claim that is over counts as no second execution', async () => {
  const metrics = createMetrics();
  const restarted = createTestNode('worker', wires.open('worker'), clock, metrics);
  const engine = slowEngine();
  worker = restarted;
  const reply = await running(engine.grant);
  origin.relay.end(guest, 'client_gone', account);
  engine.says('too late');
  const wire = wires.open('elsewhere');
  wire.send('worker', encode({ kind: 'credit', from: 'gateway', claim: guest.claim, n: 1, bytes: new Uint8Array() }));
  await clock.advance(10);
  expect((await readAll(reply)).error?.message).toBe('the request is over');
  expect(await metrics.registry.metrics()).toContain('sswinfer_duplicate_claims_total 0');
});

test('what all nodes are to know reaches them', async () => {
  worker.relay.tellEnded('worker/heavy-0', 'unasked');
  worker.relay.tellQuarantineChanged('heavy');
  worker.relay.tellCancel('gateway', 'request-1');
  await clock.advance(1);
  expect(origin.told).toEqual([
    { replica: 'worker/heavy-0', ending: 'unasked' },
    { pool: 'heavy' },
    { id: 'request-1' },
  ]);
  expect(worker.told).toEqual([]);
});

test('closing ends both kinds', async () => {
  const engine = slowEngine();
  const read = readAll(await running(engine.grant));
  await origin.relay.close();
  expect((await read).error?.message).toBe('this node closes');
  await worker.relay.close();
  expect(engine.grant.ends).toEqual([{ by: 'back' }]);
  expect(clock.nextInMs()).toBe(1); // only what was said on the way out
});
