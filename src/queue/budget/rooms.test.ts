import { expect, test } from 'bun:test';
import { decodeRooms, encodeRooms } from './rooms.ts';

const ROOMS = [
  { replica: 'a/heavy-0', kvTokens: 160_000, sequencesMax: 256 },
  { replica: 'a/heavy-1', kvTokens: 80_000.5, sequencesMax: 16 },
];

test('another node reads what this one wrote', () => {
  expect(decodeRooms(encodeRooms(ROOMS))).toEqual(ROOMS);
  expect(decodeRooms(encodeRooms([]))).toEqual([]);
});

test('a newer version may tell more', () => {
  const newer = ROOMS.map((room) => ({ ...room, flavour: 'x' }));
  expect(decodeRooms(JSON.stringify(newer))).toEqual(ROOMS);
});

test.each(['', 'null', '{}', '[1]', '[{"replica":"a/1"}]', '[{"replica":"","kvTokens":1,"sequencesMax":1}]', '[{'])(
  'what is not as expected says nothing: %s',
  (text) => {
    expect(decodeRooms(text)).toEqual([]);
  },
);
