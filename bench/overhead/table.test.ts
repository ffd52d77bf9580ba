import { expect, test } from 'bun:test';
import { formatTable } from './table.ts';

test('Markdown that lines up: words to the left, figures to the right', () => {
  const table = formatTable(
    ['n', 'target', 'p50'],
    [
      ['1', 'direct', '0.15'],
      ['256', 'ssw-infer', '12.5 ±1.0'],
    ],
  );
  expect(table).toBe(
    [
      '|   n | target    |       p50 |',
      '|----:|-----------|----------:|',
      '|   1 | direct    |      0.15 |',
      '| 256 | ssw-infer | 12.5 ±1.0 |',
    ].join('\n'),
  );
});
