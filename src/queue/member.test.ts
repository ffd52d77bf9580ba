import { expect, test } from 'bun:test';
import { entryOf, flowRangeOf, heldText, memberOf, readHeld } from './member.ts';
import type { PlacedEntry } from './store.ts';

const ENTRY: PlacedEntry = {
  id: 'request\x1Fwith a separator',
  tenant: 'acme',
  priority: 'bulk',
  costTokens: 900,
  charge: 70,
  prefer: '',
  order: 1_760_000_000_000_000,
  origin: 'a:1',
};

test('a ticket reads back as it was written', () => {
  expect(entryOf(memberOf(ENTRY))).toEqual(ENTRY);
});

test('a claim reads back as it was written', () => {
  const held = { kind: 'line', replica: 'a/heavy-0', member: memberOf(ENTRY) } as const;
  expect(readHeld(heldText(held))).toEqual(held);
});

test('text order is order of arrival within a flow, and a flow has a range of its own', () => {
  const [from, to] = flowRangeOf('2', 'acme');
  const members = [5, 40, 1e15, 8e15].map((order) => memberOf({ ...ENTRY, order }));
  expect(members.toSorted()).toEqual(members);
  expect(members.every((it) => from < it && it < to)).toBe(true);
  const others = ['acm', 'acme2', 'acme.b'].map((tenant) => memberOf({ ...ENTRY, tenant }));
  expect(others.filter((it) => from < it && it < to)).toEqual([]);
});

test('what is none of ours is an error that says so', () => {
  expect(() => entryOf('foo')).toThrow('not a ticket of this queue');
  expect(() => readHeld('line')).toThrow('not a claim of this queue');
});
