import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'bun:test';
import { systemClock } from '../../telemetry/index.ts';
import { startRedis, type TestRedis } from '../fixtures/redis-server.ts';
import { until } from '../../../test/support/wait.ts';
import type { Claim, KeyedStore, Piece } from './keyed-store.ts';
import { createMemoryKeyedStore } from './memory-keyed-store.ts';
import { createRedisKeyedStore, keyedKeysOf } from './redis-keyed-store.ts';

let server: TestRedis;
let inRedis: KeyedStore;
beforeAll(async () => {
  server = await startRedis();
  inRedis = createRedisKeyedStore({ unixSocketPath: server.socketPath });
  await until('the store answers', () =>
    inRedis.read({ tenant: 'none', hash: 'none' }, { run: 'none', offset: 0, bytesMax: 1 }).then(
      () => true,
      () => false,
    ),
  );
});
afterAll(async () => {
  inRedis.close();
  await server.remove();
});

let keys = 0;
const newPlace = () => ({ tenant: 'acme', hash: `key-${(keys += 1)}` });
const claimOf = (run: string, differing: Partial<Claim> = {}): Claim => ({
  run,
  fingerprint: 'body',
  ttlMs: 60_000,
  deadAfterMs: 10_000,
  ...differing,
});
const head = { status: 200, headers: { 'content-type': 'text/event-stream', 'x-ssw-model': 'größe' } };
const pieceOf = (run: string, text: string, differing: Partial<Piece> = {}): Piece => ({
  run,
  fingerprint: 'body',
  state: 'running',
  head,
  offset: 0,
  bytes: Buffer.from(text),
  ttlMs: 60_000,
  tenantBytesMax: 1_000_000,
  ...differing,
});

const stores: [string, () => KeyedStore][] = [
  ['in memory', () => createMemoryKeyedStore(systemClock)],
  ['in Redis', () => inRedis],
];

describe.each(stores)('a store of keyed answers %s', (_where, create) => {
  let store: KeyedStore;
  let place = newPlace();
  beforeEach(() => {
    store = create();
    place = newPlace();
  });
  const all = (run: string, offset = 0) => store.read(place, { run, offset, bytesMax: 1000 });

  test('gives a key to one run, and says so again to the same one', async () => {
    expect(await store.claim(place, claimOf('a'))).toEqual({ is: 'ours' });
    expect(await store.claim(place, claimOf('a'))).toEqual({ is: 'ours' });
    expect(await store.claim(place, claimOf('b'))).toEqual({ is: 'taken', run: 'a', state: 'running' });
    expect(await store.claim(place, claimOf('b', { fingerprint: 'other' }))).toEqual({ is: 'mismatch' });
  });

  test('keeps an answer byte for byte', async () => {
    await store.claim(place, claimOf('a'));
    const every = Buffer.from(Array.from({ length: 256 }, (_, at) => at));
    expect(await store.write(place, pieceOf('a', '', { bytes: every }))).toEqual({ is: 'at', bytes: 256 });
    await store.write(place, pieceOf('a', 'end', { offset: 256, state: 'answered' }));
    expect(await all('a')).toMatchObject({ is: 'there', state: 'answered', head, bodyBytes: 259 });
    const seen = await all('a');
    expect(seen.is === 'there' && Buffer.concat([every, Buffer.from('end')]).equals(seen.bytes)).toBe(true);
    expect(await store.claim(place, claimOf('b'))).toEqual({ is: 'taken', run: 'a', state: 'answered' });
  });

  test('reads a span, and nothing behind the end', async () => {
    await store.claim(place, claimOf('a'));
    await store.write(place, pieceOf('a', 'abcdef'));
    const span = await store.read(place, { run: 'a', offset: 2, bytesMax: 3 });
    expect(span.is === 'there' && Buffer.from(span.bytes).toString()).toBe('cde');
    const behind = await all('a', 6);
    expect(behind.is === 'there' && behind.bytes.length).toBe(0);
  });

  test('takes the same bytes twice, and none after a gap', async () => {
    await store.claim(place, claimOf('a'));
    await store.write(place, pieceOf('a', 'abc'));
    expect(await store.write(place, pieceOf('a', 'bcd', { offset: 1 }))).toEqual({ is: 'at', bytes: 4 });
    const gap = pieceOf('a', 'xyz', { offset: 9, state: 'answered' });
    expect(await store.write(place, gap)).toEqual({ is: 'at', bytes: 4 });
    expect(await all('a')).toMatchObject({ state: 'running', bodyBytes: 4 });
  });

  test('a key whose run failed is free for any request, and the former run can do no more', async () => {
    await store.claim(place, claimOf('a'));
    await store.write(place, pieceOf('a', 'oh', { state: 'failed' }));
    expect(await all('a')).toMatchObject({ state: 'failed', bodyBytes: 2 });
    expect(await store.claim(place, claimOf('b', { fingerprint: 'other' }))).toEqual({ is: 'ours' });
    expect(await store.write(place, pieceOf('a', 'late'))).toEqual({ is: 'superseded' });
    expect(await all('a')).toEqual({ is: 'replaced' });
    expect(await all('b')).toMatchObject({ state: 'running', head: undefined, bodyBytes: 0 });
  });

  test('a dead run loses its key and its half answer to the one that comes; an answered one never', async () => {
    await store.claim(place, claimOf('a'));
    await store.write(place, pieceOf('a', 'half'));
    const taker = claimOf('b', { deadAfterMs: -1 });
    expect(await store.claim(place, { ...taker, fingerprint: 'other' })).toEqual({ is: 'mismatch' });
    expect(await store.claim(place, taker)).toEqual({ is: 'ours' });
    expect(await all('b')).toMatchObject({ state: 'running', head: undefined, bodyBytes: 0 });
    await store.write(place, pieceOf('b', 'whole', { state: 'answered' }));
    expect(await store.claim(place, claimOf('c', { deadAfterMs: -1 }))).toMatchObject({ is: 'taken', run: 'b' });
  });

  test('an answer that is not kept takes no room, and its key stays spent', async () => {
    await store.claim(place, claimOf('a'));
    await store.write(place, pieceOf('a', 'long'));
    await store.write(place, pieceOf('a', '', { state: 'unkept' }));
    expect(await all('a')).toMatchObject({ state: 'unkept', bodyBytes: 0 });
    expect(await store.claim(place, claimOf('b'))).toEqual({ is: 'taken', run: 'a', state: 'unkept' });
  });

  test('a run that the store has forgotten is made again by its next write', async () => {
    expect(await store.write(place, pieceOf('a', 'tail', { offset: 3 }))).toEqual({ is: 'at', bytes: 0 });
    expect(await store.write(place, pieceOf('a', 'abctail', { state: 'answered' }))).toEqual({ is: 'at', bytes: 7 });
    expect(await store.claim(place, claimOf('b'))).toEqual({ is: 'taken', run: 'a', state: 'answered' });
  });

  test('a tenant keeps so much: what ends first makes room, and its key is free; others keep theirs', async () => {
    const tenant = `tenant-${place.hash}`;
    const at = (hash: string) => ({ tenant, hash });
    const write = async (hash: string, differing: Partial<Piece>) => {
      await store.claim(at(hash), claimOf(hash));
      await store.write(at(hash), pieceOf(hash, '1234', { state: 'answered', tenantBytesMax: 10, ...differing }));
    };
    await store.claim(place, claimOf('other'));
    await store.write(place, pieceOf('other', '123456789', { state: 'answered', tenantBytesMax: 10 }));
    await write('long', { ttlMs: 120_000 });
    await write('first', {});
    await write('running', { state: 'running' });
    await write('second', {});
    const states = ['long', 'first', 'running', 'second'].map(async (hash) => store.claim(at(hash), claimOf('new')));
    expect((await Promise.all(states)).map(({ is }) => is)).toEqual(['taken', 'ours', 'taken', 'taken']);
    await write('large', { bytes: Buffer.alloc(11), ttlMs: 240_000 });
    expect(await store.claim(at('long'), claimOf('newer'))).toEqual({ is: 'ours' });
    expect(await store.claim(at('large'), claimOf('newer'))).toMatchObject({ is: 'taken' });
    expect(await store.claim(place, claimOf('newer'))).toMatchObject({ is: 'taken' });
  });

  test('what has ended stays as it ended', async () => {
    await store.claim(place, claimOf('a'));
    await store.write(place, pieceOf('a', 'abc', { state: 'answered' }));
    expect(await store.write(place, pieceOf('a', 'xyz', { state: 'failed' }))).toEqual({ is: 'at', bytes: 3 });
    const seen = await all('a');
    expect(seen.is === 'there' && [seen.state, Buffer.from(seen.bytes).toString()]).toEqual(['answered', 'abc']);
  });

  test('everything ends by itself', async () => {
    await store.claim(place, claimOf('a'));
    await store.write(place, pieceOf('a', 'short-lived', { state: 'answered', ttlMs: 30 }));
    await until('it is gone', async () => (await all('a')).is === 'missing');
    expect(await store.claim(place, claimOf('b'))).toEqual({ is: 'ours' });
  });
});

test('one tenant shares one slot of a cluster, apart from others and from pools', () => {
  const own = 'ssw:idem:{acme}';
  const names = keyedKeysOf({ tenant: 'acme', hash: 'abc' });
  expect(names).toEqual([`${own}:abc`, `${own}:abc:body`, `${own}:kept`, `${own}:bytes`]);
});

test('a server that has forgotten the scripts is given them again', async () => {
  await server.client.script('FLUSH');
  expect(await inRedis.claim(newPlace(), claimOf('a'))).toEqual({ is: 'ours' });
});
