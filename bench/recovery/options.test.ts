import { expect, test } from 'bun:test';
import { parseOptions } from './options.ts';

test('a smoke run has one round of each; a number given wins', () => {
  expect(parseOptions(['--smoke'])).toMatchObject({ rounds: 1, hangRounds: 1 });
  expect(parseOptions(['--smoke', '--rounds', '3'])).toMatchObject({ rounds: 3, hangRounds: 1 });
});

test.each([[['--rounds', '0']], [['--rounds', '1.5']], [['--round', '3']], [['more']]])('%p is refused', (argv) => {
  expect(() => parseOptions(argv)).toThrow();
});
