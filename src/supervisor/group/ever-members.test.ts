import { expect, test } from 'bun:test';
import { createEverMembers, EVER_MEMBERS_MAX } from './ever-members.ts';

test('whoever was seen once is remembered, the leader unseen', () => {
  const ever = createEverMembers(1);
  expect(ever.seen([2, 3])).toEqual([2, 3]);
  ever.seen([3, 4]);
  expect(ever.all()).toEqual([1, 2, 3, 4]);
});

test('of too many the latest are remembered', () => {
  const ever = createEverMembers(1);
  for (let pid = 2; pid <= EVER_MEMBERS_MAX + 10; pid += 1) ever.seen([2, pid]);
  expect(ever.all()).toHaveLength(EVER_MEMBERS_MAX);
  expect(ever.all()).toContain(2);
  expect(ever.all()).not.toContain(3);
});
