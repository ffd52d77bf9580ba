import { expect, test } from 'bun:test';
import * as fc from 'fast-check';
import { createFakeClock, type FakeClock } from '../../../test/support/fake-clock.ts';
import { createRandom, type Random } from '../../../test/support/random.ts';
import { delay } from '../../telemetry/index.ts';
import { propertyRuns } from '../fixtures/property-runs.ts';
import type { Outgoing, Reply } from '../outgoing.ts';
import { createMemoryWires, type Fate } from './memory-wire.ts';
import {
  answerOf,
  createTestGrant,
  createTestNode,
  guestOf,
  type TestGrant,
  type TestNode,
} from './relay-nodes.fixture.ts';
import type { Guest } from './relay.ts';
import { MESSAGE_BYTES_MAX } from './wire.ts';

/** What happens on the wire, and how many requests are on their way. */
interface Weather {
  readonly seed: number;
  readonly nodes: number;
  readonly requests: number;
  /** Of a thousand messages. */
  readonly lost: number;
  readonly lateMs: number;
  /** Ms from the start: then a node is cut off from the others, and for how long. */
  readonly cuts: readonly { readonly atMs: number; readonly forMs: number; readonly node: number }[];
}

const weather: fc.Arbitrary<Weather> = fc.record({
  seed: fc.nat(),
  nodes: fc.integer({ min: 2, max: 3 }),
  requests: fc.integer({ min: 1, max: 6 }),
  lost: fc.oneof(fc.constant(0), fc.integer({ min: 0, max: 300 })),
  lateMs: fc.integer({ min: 0, max: 300 }),
  cuts: fc.array(fc.record({ atMs: fc.nat(8_000), forMs: fc.integer({ min: 1, max: 20_000 }), node: fc.nat(2) }), {
    maxLength: 3,
  }),
});

/** Longer than any request takes here, whatever becomes of it. */
const STORY_MS = 90_000;
const ATTEMPTS = 3;
const nothing = { size: { promptTokens: 1, choices: 1 } };

/** One claim that was granted somewhere, and all that its engine said. */
interface Execution {
  readonly guest: Guest;
  readonly grant: TestGrant;
  said: Buffer;
  /** Its engine broke, or its client left: what is missing is nobody's fault. */
  excused: boolean;
}

/** What the client of one request saw. */
interface Seen {
  readonly of: Execution;
  readonly bytes: Buffer;
  readonly whole: boolean;
}

function fateOf({ lost, lateMs, cuts }: Weather, nodes: readonly string[], clock: FakeClock, random: Random): Fate {
  return (from, to, message) => {
    expect(message.byteLength).toBeLessThanOrEqual(MESSAGE_BYTES_MAX);
    const nowMs = clock.nowMs();
    const isCut = ({ atMs, forMs, node }: Weather['cuts'][number]): boolean =>
      nowMs >= atMs && nowMs < atMs + forMs && [from, to].includes(nodes[node % nodes.length] ?? '');
    return cuts.some(isCut) || random.next() * 1_000 < lost ? 'lost' : random.between(0, lateMs);
  };
}

function execute(guest: Guest, clock: FakeClock, random: Random): Execution {
  const answer = async (request: Outgoing): Promise<Reply> => {
    await delay(clock, random.between(0, 500));
    if (random.next() < 0.1) {
      execution.excused = true;
      return { ok: false, failure: 'reset', cause: 'the engine died' };
    }
    return answerOf(speak(), request);
  };
  async function* speak(): AsyncGenerator<Uint8Array> {
    for (let left = random.between(0, 30); left > 0; left -= 1) {
      await delay(clock, random.between(0, 400));
      if (random.next() < 0.01) {
        execution.excused = true;
        throw new Error('the engine died');
      }
      const size = random.next() < 0.1 ? random.between(1, 150_000) : random.between(1, 50);
      const bytes = Buffer.alloc(size, `${guest.claim}/${left} `);
      execution.said = Buffer.concat([execution.said, bytes]);
      yield bytes;
    }
  }
  const execution: Execution = { guest, grant: createTestGrant(answer), said: Buffer.alloc(0), excused: false };
  return execution;
}

/** A request of `origin` from its first claim to its last; a claim that fails it before a byte makes room for another. */
async function live(
  origin: TestNode,
  workers: readonly TestNode[],
  clock: FakeClock,
  random: Random,
  executions: Execution[],
): Promise<Seen | undefined> {
  for (let attempt = 0; attempt < ATTEMPTS; attempt += 1) {
    const worker = random.pick(workers);
    const execution = execute(guestOf(worker.name, origin.name), clock, random);
    const { guest, grant } = execution;
    executions.push(execution);
    origin.bids.set(guest.claim, 'run');
    const leaving = new AbortController();
    leaving.signal.addEventListener('abort', () => (execution.excused = true));
    if (random.next() < 0.2) clock.after(random.between(0, 5_000), () => leaving.abort());
    const body = Buffer.alloc(random.next() < 0.2 ? random.between(0, 1_000_000) : 100, guest.claim);
    const request = { path: '/v1/completions', body, headers: {}, signal: leaving.signal };
    worker.relay.host(guest, grant);
    const reply = await origin.relay.send(guest, request, 'fingerprint');
    if (reply.ok) return read(reply, origin, execution, clock, random);
    origin.bids.set(guest.claim, 'drop');
    origin.relay.end(guest, 'connection_broke', nothing);
  }
  return undefined;
}

async function read(
  { body }: Extract<Reply, { ok: true }>,
  origin: TestNode,
  of: Execution,
  clock: FakeClock,
  random: Random,
): Promise<Seen> {
  const pieces: Uint8Array[] = [];
  const isSlow = random.next() < 0.3;
  const whole = await (async () => {
    for await (const piece of body) {
      pieces.push(piece);
      if (isSlow) await delay(clock, random.between(0, 500));
    }
    return true;
  })().catch(() => false);
  origin.bids.set(of.guest.claim, 'drop');
  origin.relay.end(of.guest, whole ? 'completed' : 'connection_broke', nothing);
  return { of, bytes: Buffer.concat(pieces), whole };
}

/** Tells one story to its end; what was executed, and what was seen. */
async function happen(it: Weather): Promise<readonly (readonly [Execution, Seen | undefined])[]> {
  const clock = createFakeClock();
  const random = createRandom(it.seed);
  const names = ['a', 'b', 'c'].slice(0, it.nodes);
  const wires = createMemoryWires(clock, fateOf(it, names, clock, random));
  const nodes = names.map((name) => createTestNode(name, wires.open(name), clock));
  for (const { relay } of nodes) relay.alive(names.map((name) => `${name}:life`));
  const executions: Execution[] = [];
  let ended = 0;
  const lives = Array.from({ length: it.requests }, async (_, at) => {
    const origin = random.pick(nodes);
    const workers = nodes.filter((node) => node !== origin);
    await delay(clock, at * 300);
    const seen = await live(origin, workers, clock, random, executions);
    ended += 1;
    return seen;
  });
  await clock.advance(STORY_MS);
  expect(ended).toBe(it.requests);
  const seens = await Promise.all(lives);
  for (const seen of seens) {
    if (seen === undefined) continue;
    expect(seen.of.said.subarray(0, seen.bytes.length).equals(seen.bytes)).toBe(true);
    if (seen.whole) expect(seen.bytes.length).toBe(seen.of.said.length);
  }
  for (const { grant } of executions) expect(grant.ends).toHaveLength(1);
  await clock.advance(STORY_MS);
  expect(clock.nextInMs()).toBeUndefined();
  return executions.map((execution) => [execution, seens.find((seen) => seen?.of === execution)]);
}

test('whatever the wire does: a client sees a beginning of one execution, and both sides end', async () => {
  const holds = fc.asyncProperty(weather, async (it) => void (await happen(it)));
  await fc.assert(holds, { numRuns: propertyRuns(150) });
}, 60_000);

test('on a good wire every answer is whole but of engines that broke and clients that left', async () => {
  const good = weather.map((it) => ({ ...it, lost: 0, cuts: [] }));
  const holds = fc.asyncProperty(good, async (it) => {
    for (const [{ excused }, seen] of await happen(it)) expect(excused || seen?.whole === true).toBe(true);
  });
  await fc.assert(holds, { numRuns: propertyRuns(50) });
}, 60_000);
