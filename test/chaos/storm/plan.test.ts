import { expect, test } from 'bun:test';
import { KINDS } from './kinds.ts';
import { planStorm, REPLICA_ON_PORT, type Blow } from './plan.ts';

const KINDS_COUNT = Object.keys(KINDS).length;
const take = (seed: number, count: number): Blow[] => planStorm(seed).take(count).toArray();

test('a seed repeats its storm, another one is another storm', () => {
  expect(take(7, 100)).toEqual(take(7, 100));
  expect(take(7, 100)).not.toEqual(take(8, 100));
});

test('every kind comes once before one comes twice', () => {
  for (const seed of [1, 2, 3]) expect(new Set(take(seed, KINDS_COUNT).map((it) => it.kind)).size).toBe(KINDS_COUNT);
});

test('what needs a port hits the replica that has one, what needs a socket file one that has that', () => {
  const blows = take(4, 50 * KINDS_COUNT);
  const targets = (kind: string) => new Set(blows.filter((it) => it.kind === kind).map((it) => it.replica));
  expect([...targets('steal_port')]).toEqual([REPLICA_ON_PORT]);
  expect(targets('remove_socket')).not.toContain(REPLICA_ON_PORT);
});
