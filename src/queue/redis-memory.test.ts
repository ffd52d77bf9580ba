import { afterEach, beforeEach, expect, test } from 'bun:test';
import { until } from '../../test/support/wait.ts';
import { auditPool } from './audit.ts';
import { startRedis, type TestRedis } from './fixtures/redis-server.ts';
import { admit, finish, LEASE_MS, offer, speaker } from './fixtures/speaker.ts';
import { createRedisStore } from './redis-store.ts';
import type { PoolState } from './pool-state.ts';
import type { Store, Transition } from './store.ts';

let server: TestRedis;
let store: Store;
beforeEach(async () => {
  server = await startRedis();
  store = createRedisStore({ unixSocketPath: server.socketPath });
  let isConnected = false;
  store.watch(({ is }) => (isConnected = is === 'connected'));
  await until('the store is connected', () => isConnected);
});
afterEach(async () => {
  await store.close();
  await server.remove();
});

/** What only brings something is refused. What ends something makes room, and is taken with all that comes with it. */
const COMMITS: readonly [what: string, isTaken: boolean, transitions: readonly Transition[]][] = [
  ['an admission is refused', false, [admit('new')]],
  ['a beat is refused', false, [{ type: 'beat', leaseMs: LEASE_MS, rooms: '' }, admit('new')]],
  ['one who leaves, leaves', true, [{ type: 'cancel', id: 'waits', refund: undefined }]],
  ['a claim ends', true, [finish('c:1')]],
  ['what begins with an end is taken with all that follows', true, [finish('c:1'), admit('new'), admit('another')]],
  ['what ends with an end is taken as well', true, [admit('new'), finish('c:1')]],
  ['what brings nothing is taken', true, []],
];

test.each(COMMITS)('bug: at `maxmemory` a commit is whole or nothing: %s', async (_, isTaken, transitions) => {
  const node = speaker(store, 'north:1');
  await node.register();
  await node.commit({ transitions: [admit('runs'), admit('waits')] });
  await node.commit({ claimBase: 'c', offers: [offer('north/a', { roomSequences: 1 })] });
  const before = await store.inspect('heavy');
  await server.client.config('SET', 'maxmemory', '1');
  const attempt = node.tryCommit({ transitions });
  if (isTaken) await attempt;
  else expect(await attempt.catch(String)).toContain('OOM');
  await server.client.config('SET', 'maxmemory', '0');
  const after = await store.inspect('heavy', { strays: true });
  expect(auditPool(after)).toEqual([]);
  expect(heldIn(after)).toEqual(isTaken ? heldAfter(before, transitions) : heldIn(before));
});

const heldIn = ({ line, claims }: PoolState): string[] => [
  ...line.map(({ id }) => id),
  ...claims.map((it) => it.claim),
];

/** As it should be once all of a commit was done. */
function heldAfter(before: PoolState, transitions: readonly Transition[]): string[] {
  const gone = new Set(
    transitions.flatMap((it) => (it.type === 'cancel' ? [it.id] : it.type === 'finish' ? it.claim : [])),
  );
  const added = transitions.flatMap((it) => (it.type === 'admit' ? [it.entry.id] : []));
  const [line, claims] = [before.line.map(({ id }) => id), before.claims.map((it) => it.claim)];
  return [...[...line, ...added].filter((it) => !gone.has(it)), ...claims.filter((it) => !gone.has(it))];
}
