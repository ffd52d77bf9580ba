import { expect, test } from 'bun:test';
import { ticket } from '../fixtures/queue-under-test.ts';
import {
  acquit,
  condemn,
  createMemory,
  forgetOld,
  isSuspicious,
  noteDeath,
  QUARANTINED_MAX,
  quarantinedUntilMs,
  REMEMBERED_MAX,
} from './memory-of-deaths.ts';

const like = (fingerprint: string) => ticket({ fingerprint: () => fingerprint });

test('two deaths make suspicious, one seen twice does not', () => {
  const memory = createMemory();
  noteDeath(memory, 'f', 1, 0);
  noteDeath(memory, 'f', 1, 0);
  expect(isSuspicious(memory, like('f'))).toBe(false);
  noteDeath(memory, 'f', 2, 0);
  expect(isSuspicious(memory, like('f'))).toBe(true);
  expect(isSuspicious(memory, like('g'))).toBe(false);
  acquit(memory, like('f'));
  expect(isSuspicious(memory, like('f'))).toBe(false);
});

test('while nothing is remembered no request is hashed', () => {
  const memory = createMemory();
  const unread = ticket({
    fingerprint: () => {
      throw new Error('hashed for nothing');
    },
  });
  acquit(memory, unread);
  expect(isSuspicious(memory, unread)).toBe(false);
  expect(quarantinedUntilMs(memory, unread)).toBeUndefined();
});

test('a death is forgotten after as long as it is kept, a term when it is over', () => {
  const memory = createMemory();
  noteDeath(memory, 'old', 1, 0);
  noteDeath(memory, 'young', 1, 5);
  condemn(memory, 'short', 10);
  condemn(memory, 'long', 11);
  forgetOld(memory, 10, 10);
  expect([...memory.deaths.keys()]).toEqual(['young']);
  expect([...memory.quarantine.keys()]).toEqual(['long']);
});

test('both memories are bounded: what was longest untouched goes first', () => {
  const memory = createMemory();
  for (let at = 0; at < REMEMBERED_MAX; at += 1) noteDeath(memory, `f${at}`, 1, at);
  noteDeath(memory, 'f0', 2, REMEMBERED_MAX);
  noteDeath(memory, 'one more', 3, REMEMBERED_MAX);
  expect(memory.deaths.size).toBe(REMEMBERED_MAX);
  expect([memory.deaths.has('f0'), memory.deaths.has('f1')]).toEqual([true, false]);
  for (let at = 0; at <= QUARANTINED_MAX; at += 1) condemn(memory, `f${at}`, at);
  expect(memory.quarantine.size).toBe(QUARANTINED_MAX);
  expect(memory.quarantine.has('f0')).toBe(false);
});
