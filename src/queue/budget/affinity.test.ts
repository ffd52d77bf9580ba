import { expect, test } from 'bun:test';
import { createAffinity, forget, note, preferred } from './affinity.ts';

test('a key runs best where it ran last', () => {
  const affinity = createAffinity();
  expect(preferred(affinity, 'session')).toBeUndefined();
  note(affinity, 'session', 'a/1');
  note(affinity, 'session', 'b/1');
  expect(preferred(affinity, 'session')).toBe('b/1');
});

test('keeps a bounded number of keys, and drops those noted longest ago', () => {
  const affinity = createAffinity(3);
  for (const key of ['one', 'two', 'three', 'one', 'four']) note(affinity, key, 'a/1');
  expect(['one', 'two', 'three', 'four'].map((key) => preferred(affinity, key))).toEqual([
    'a/1',
    undefined,
    'a/1',
    'a/1',
  ]);
});

test('a replica with an empty cache is preferred by nobody', () => {
  const affinity = createAffinity();
  note(affinity, 'one', 'a/1');
  note(affinity, 'two', 'a/2');
  forget(affinity, 'a/1');
  expect([preferred(affinity, 'one'), preferred(affinity, 'two')]).toEqual([undefined, 'a/2']);
});
