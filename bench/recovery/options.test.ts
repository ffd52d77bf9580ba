import { expect, test } from 'bun:test';
import { parseOptions } from './options.ts';

test('a smoke run has one round of each death and no hang; a number given wins', () => {
  expect(parseOptions(['--smoke'])).toMatchObject({ rounds: 1, hangRounds: 0 });
  expect(parseOptions(['--smoke', '--hang-rounds', '2'])).toMatchObject({ rounds: 1, hangRounds: 2 });
});

test.each([[['--rounds', '0']], [['--hang-rounds', '']], [['--rounds', '1.5']], [['--round', '3']], [['more']]])(
  '%p is refused',
  (argv) => {
    expect(() => parseOptions(argv)).toThrow();
  },
);
