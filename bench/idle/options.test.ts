import { expect, test } from 'bun:test';
import { parseOptions } from './options.ts';

test('four replicas and sixty-four over a minute, unless told otherwise', () => {
  expect(parseOptions([])).toMatchObject({ replicas: [4, 64], windowMs: 60_000 });
  expect(parseOptions(['--smoke', '--replicas', '1,2'])).toMatchObject({ replicas: [1, 2], windowMs: 1000 });
});

test.each([[['--replicas', '4,']], [['--replicas', '0']], [['--window-s', 'x']]])('%p is refused', (argv) => {
  expect(() => parseOptions(argv)).toThrow();
});
