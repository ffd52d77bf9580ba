import { expect, test } from 'bun:test';
import { rulesOf } from '../fixtures/rules.ts';
import { compile } from './automaton.ts';

/** Places, and ways in which one follows another. */
const sizeOf = (pattern: string): [number, number] => {
  const [rule] = rulesOf({ pattern });
  if (rule === undefined) throw new Error('one rule is needed');
  const { sets, follow } = compile(rule.pattern);
  return [sets.length, follow.flat().length];
};

test('repetitions are written out so that a step leads to few places', () => {
  expect(sizeOf('a{3}')).toEqual([3, 2]);
  expect(sizeOf('a{1,64}')).toEqual([64, 63]);
  expect(sizeOf('a{1,64}@')).toEqual([65, 63 + 64]);
  expect(sizeOf('(?:a?){3}b')).toEqual([4, 6]);
});
