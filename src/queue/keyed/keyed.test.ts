import { beforeEach, describe, expect, test } from 'bun:test';
import { createFakeClock, type FakeClock } from '../../../test/support/fake-clock.ts';
import { silentLog } from '../../telemetry/index.ts';
import { createKeyed } from './create-keyed.ts';
import type { KeyedStore } from './keyed-store.ts';
import { AnswerLostError, type Keyed } from './keyed.ts';
import {
  ANSWER_BYTES_MAX,
  DEAD_AFTER_MS,
  FLUSH_AFTER_MS,
  POLL_MS,
  READ_PATIENCE_MS,
  UNSAVED_MS_MAX,
} from './limits.ts';
import { createMemoryKeyedStore } from './memory-keyed-store.ts';
import {
  answer,
  attached,
  fresh,
  HEADERS,
  nodeOn,
  replayed,
  request,
  stays,
  textOf,
  TTL_MS,
} from './fixtures/keyed-under-test.ts';

const MOMENT_MS = FLUSH_AFTER_MS + 2 * POLL_MS;
let clock: FakeClock;
let memory: KeyedStore;
/** While it is away, every call rejects. */
let isAway: boolean;
let store: KeyedStore;
let here: Keyed;
let there: Keyed;

beforeEach(() => {
  clock = createFakeClock();
  memory = createMemoryKeyedStore(clock);
  isAway = false;
  const unlessAway = <T>(act: () => Promise<T>): Promise<T> => (isAway ? Promise.reject(new Error('away')) : act());
  store = {
    claim: (place, claim) => unlessAway(() => memory.claim(place, claim)),
    write: (place, piece) => unlessAway(() => memory.write(place, piece)),
    read: (place, span) => unlessAway(() => memory.read(place, span)),
    close: () => undefined,
  };
  here = nodeOn(store, clock, 'here');
  there = nodeOn(store, clock, 'there');
});

const begin = (node: Keyed, differing = {}, signal = stays()) => node.begin(request(differing), signal);

/** What a promise has come to once `ms` have passed. */
async function within<T>(ms: number, promise: Promise<T>): Promise<T> {
  const settled = Promise.resolve(promise);
  settled.catch(() => undefined);
  await clock.advance(ms);
  return settled;
}

/** Where the second request comes to: the node that runs the first one, or another. */
const sides: [string, () => Keyed][] = [
  ['on the same node', () => here],
  ['on another node', () => there],
];

describe.each(sides)('who asks again %s', (_where, second) => {
  test('while it runs gets the answer from its first byte, as it comes', async () => {
    const recorder = fresh(await begin(here));
    const joining = attached(await begin(second()));
    recorder.head(200, HEADERS);
    recorder.write(Buffer.from('one '));
    const joined = await within(MOMENT_MS, joining);
    expect(joined).toMatchObject({ status: 200, headers: HEADERS });
    const reader = joined.body[Symbol.asyncIterator]();
    expect(Buffer.from((await reader.next()).value ?? []).toString()).toBe('one ');
    const next = reader.next();
    recorder.write(Buffer.from('two'));
    expect(Buffer.from((await within(MOMENT_MS, next)).value ?? []).toString()).toBe('two');
    recorder.end('answered');
    expect(await within(MOMENT_MS, reader.next())).toMatchObject({ done: true });
  });

  test('after its end gets the same status, headers and bytes', async () => {
    const recorder = fresh(await begin(here));
    recorder.head(404, { 'content-type': 'application/json' });
    recorder.write(Buffer.from('{"error":"größe"}'));
    recorder.end('answered');
    await clock.advance(MOMENT_MS);
    const again = replayed(await begin(second()));
    expect(again).toMatchObject({ status: 404, headers: { 'content-type': 'application/json' } });
    expect(await textOf(again)).toBe('{"error":"größe"}');
  });

  test('with another body is told so, while it runs and after', async () => {
    const recorder = fresh(await begin(here));
    expect((await begin(second(), { fingerprint: 'other' })).is).toBe('mismatch');
    answer(recorder, 'text');
    await clock.advance(MOMENT_MS);
    expect((await begin(second(), { fingerprint: 'other' })).is).toBe('mismatch');
  });

  test('with the same key as another tenant is nobody else', async () => {
    fresh(await begin(here));
    fresh(await begin(second(), { tenant: 'other' }));
  });

  test('of a run that fails gets its failure if attached, and else runs it afresh', async () => {
    const recorder = fresh(await begin(here));
    const joining = attached(await begin(second()));
    recorder.head(503, HEADERS);
    recorder.write(Buffer.from('full'));
    recorder.end('failed');
    const joined = await within(MOMENT_MS, joining);
    expect([joined.status, await within(MOMENT_MS, textOf(joined))]).toEqual([503, 'full']);
    answer(fresh(await begin(second())), 'now it works');
    await clock.advance(MOMENT_MS);
    expect(await textOf(replayed(await begin(here)))).toBe('now it works');
  });

  test('of a run that ends without a head is told to begin again', async () => {
    const recorder = fresh(await begin(here));
    const begun = await begin(second());
    if (begun.is !== 'running') throw new Error(begun.is);
    const joining = begun.attach();
    recorder.end('answered');
    expect(await within(MOMENT_MS, joining)).toEqual({ is: 'gone' });
    fresh(await begin(second()));
  });

  test('for an answer larger than is kept is told so, and nobody runs it again', async () => {
    const recorder = fresh(await begin(here));
    const joining = attached(await begin(second()));
    recorder.head(200, HEADERS);
    const joined = await within(MOMENT_MS, joining);
    recorder.write(Buffer.alloc(ANSWER_BYTES_MAX));
    recorder.write(Buffer.alloc(1));
    expect(
      await within(
        MOMENT_MS,
        textOf(joined).catch((error: unknown) => error),
      ),
    ).toBeInstanceOf(AnswerLostError);
    expect((await begin(second())).is).toBe('unkept');
    recorder.end('answered');
    await clock.advance(MOMENT_MS);
    expect((await begin(second())).is).toBe('unkept');
  });

  test('and leaves is waited for by nobody; the run goes on', async () => {
    const recorder = fresh(await begin(here));
    const leaver = new AbortController();
    const begun = await begin(second(), {}, leaver.signal);
    if (begun.is !== 'running') throw new Error(begun.is);
    const joining = begun.attach();
    leaver.abort();
    expect(await within(MOMENT_MS, joining)).toEqual({ is: 'gone' });
    answer(recorder, 'all the same');
    await clock.advance(MOMENT_MS);
    expect(await textOf(replayed(await begin(second())))).toBe('all the same');
  });

  test('after a time nobody is promised anything', async () => {
    answer(fresh(await begin(here)), 'old');
    await clock.advance(TTL_MS - 1_000);
    replayed(await begin(second()));
    await clock.advance(2_000);
    fresh(await begin(second()));
  });
});

test('of many who begin at once, on two nodes, one runs it', async () => {
  const begun = await Promise.all(Array.from({ length: 20 }, (_, at) => begin(at % 2 === 0 ? here : there)));
  expect(
    begun
      .map(({ is }) => is)
      .toSorted()
      .slice(0, 2),
  ).toEqual(['fresh', 'running']);
  expect(begun.filter(({ is }) => is === 'running')).toHaveLength(19);
});

test('a run that is waiting for its turn lives, however long that takes', async () => {
  fresh(await begin(here));
  await clock.advance(20 * DEAD_AFTER_MS);
  expect((await begin(there)).is).toBe('running');
});

describe('where a node died', () => {
  /** A node that has claimed the key, written a little, and says nothing more. */
  async function deadNode(): Promise<void> {
    let isDead = false;
    const mortal = {
      ...store,
      write: (...it: Parameters<KeyedStore['write']>) =>
        isDead ? new Promise<never>(() => undefined) : store.write(...it),
    };
    const recorder = fresh(await begin(nodeOn(mortal, clock, 'dead')));
    recorder.head(200, HEADERS);
    recorder.write(Buffer.from('half'));
    await clock.advance(MOMENT_MS);
    isDead = true;
  }

  test('those attached are told, and of those who retry one takes it over', async () => {
    await deadNode();
    const joined = await attached(await begin(there));
    expect(
      await within(
        DEAD_AFTER_MS + 5_000,
        textOf(joined).catch((error: unknown) => error),
      ),
    ).toBeInstanceOf(AnswerLostError);
    const [first, second] = await Promise.all([begin(here), begin(there)]);
    expect([first.is, second.is]).toEqual(['fresh', 'running']);
    const joining = attached(second);
    answer(fresh(first), 'whole');
    expect(await within(MOMENT_MS, textOf(await within(MOMENT_MS, joining)))).toBe('whole');
  });

  test('nobody is promised anything before the time is over', async () => {
    await deadNode();
    await clock.advance(DEAD_AFTER_MS - 1_000);
    expect((await begin(there)).is).toBe('running');
  });
});

describe('while the store is away', () => {
  test('a new key is unavailable, and nothing is begun', async () => {
    isAway = true;
    expect(await begin(here)).toMatchObject({ is: 'unavailable' });
    isAway = false;
    fresh(await begin(there));
  });

  test('what runs is attached to on its node, ends, and is kept once the store is back', async () => {
    const recorder = fresh(await begin(here));
    isAway = true;
    const joined = attached(await begin(here));
    answer(recorder, 'through', ' the night');
    expect(await textOf(await joined)).toBe('through the night');
    expect(await textOf(replayed(await begin(here)))).toBe('through the night');
    expect((await begin(there)).is).toBe('unavailable');
    await clock.advance(UNSAVED_MS_MAX / 2);
    isAway = false;
    await clock.advance(MOMENT_MS * 2);
    expect(await textOf(replayed(await begin(there)))).toBe('through the night');
  });

  test('a store that comes back empty is told the whole answer', async () => {
    const recorder = fresh(await begin(here));
    recorder.head(200, HEADERS);
    recorder.write(Buffer.from('one '));
    await clock.advance(MOMENT_MS);
    memory = createMemoryKeyedStore(clock);
    recorder.write(Buffer.from('two'));
    await clock.advance(MOMENT_MS);
    const joined = await attached(await begin(there));
    recorder.end('answered');
    expect(await within(MOMENT_MS, textOf(joined))).toBe('one two');
  });

  test('an answer is held for a while and then given up, with its key', async () => {
    answer(fresh(await begin(here)), 'lost');
    isAway = true;
    await clock.advance(UNSAVED_MS_MAX + 1_000);
    expect((await begin(here)).is).toBe('unavailable');
    isAway = false;
    fresh(await begin(here));
  });

  test('a reader on another node waits for it, but not for ever', async () => {
    const recorder = fresh(await begin(here));
    recorder.head(200, HEADERS);
    await clock.advance(MOMENT_MS);
    const reading = textOf(await attached(await begin(there)));
    isAway = true;
    await clock.advance(READ_PATIENCE_MS / 2);
    isAway = false;
    await clock.advance(MOMENT_MS * 2);
    isAway = true;
    expect(
      await within(
        READ_PATIENCE_MS + 1_000,
        reading.catch((error: unknown) => error),
      ),
    ).toBeInstanceOf(AnswerLostError);
  });
});

test('a node that stops leaves no key behind', async () => {
  const recorder = fresh(await begin(here));
  await within(MOMENT_MS, here.close());
  recorder.end('answered');
  fresh(await begin(there));
  expect((await begin(here, { key: 'another' })).is).toBe('unavailable');
});

test('a node that was taken for dead serves those attached to it, and is not kept', async () => {
  const recorder = fresh(await begin(here));
  const joining = attached(await begin(here));
  isAway = true;
  await clock.advance(DEAD_AFTER_MS + 1_000);
  isAway = false;
  const successor = fresh(await begin(there));
  await clock.advance(MOMENT_MS * 2);
  answer(recorder, 'of the former');
  answer(successor, 'of the successor');
  expect(await textOf(await joining)).toBe('of the former');
  await clock.advance(MOMENT_MS);
  expect(await textOf(replayed(await begin(here)))).toBe('of the successor');
});

test('how long answers are kept may change: each has the time of when it came', async () => {
  const effects = { store, clock, log: silentLog, newId: () => crypto.randomUUID(), nodeName: 'tuned', ttlMs: TTL_MS };
  const tuned = createKeyed(effects);
  answer(fresh(await begin(tuned, { key: 'long' })), 'a');
  await clock.advance(MOMENT_MS);
  Object.assign(effects, { ttlMs: 1_000 });
  answer(fresh(await begin(tuned, { key: 'short' })), 'b');
  await clock.advance(MOMENT_MS + 2_000);
  expect((await begin(there, { key: 'long' })).is).toBe('replay');
  expect((await begin(there, { key: 'short' })).is).toBe('fresh');
});
