import { expect, test } from 'bun:test';
import { drawChanges } from './screen.ts';

const ESC = '\u001B[';
const update = (text: string) => `${ESC}?2026h${text}${ESC}?2026l`;

test('only lines that changed are written', () => {
  expect(drawChanges(['a', 'b', 'c'], ['a', 'B', 'c'])).toBe(update(`${ESC}2;1HB${ESC}K`));
});
test('a shorter frame clears the lines that it lacks', () => {
  expect(drawChanges(['a', 'b', ''], ['a'])).toBe(update(`${ESC}2;1H${ESC}K`));
});
test('nothing is written where nothing changed', () => {
  expect(drawChanges(['a'], ['a', ''])).toBe('');
});
