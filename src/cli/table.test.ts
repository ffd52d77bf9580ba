import { describe, expect, test } from 'bun:test';
import * as fc from 'fast-check';
import { cut, formatTable } from './table.ts';

const rows = [
  ['POOL', 'MODEL', 'READY'],
  ['heavy', 'Qwen/Qwen3-14B-AWQ', '2/2'],
  ['light', 'Qwen/Qwen3-8B-AWQ', '1/2'],
];

describe('a table', () => {
  test('lines up its columns, two spaces apart', () => {
    expect(formatTable(rows, undefined).split('\n')).toEqual([
      'POOL   MODEL               READY',
      'heavy  Qwen/Qwen3-14B-AWQ  2/2',
      'light  Qwen/Qwen3-8B-AWQ   1/2',
    ]);
  });
  test('that is too wide gives up part of its widest column, not its last one', () => {
    expect(formatTable(rows, 24).split('\n')).toEqual([
      'POOL   MODEL       READY',
      'heavy  Qwen/Qwen…  2/2',
      'light  Qwen/Qwen…  1/2',
    ]);
  });
  test('bug: on a narrow one replicas could not be told from each other', () => {
    const replicas = [
      ['REPLICA', 'POOL', 'STATE'],
      ['heavy-0', 'heavy', 'waiting_for_card'],
      ['heavy-1', 'heavy', 'ready'],
    ];
    expect(formatTable(replicas, 22).split('\n')).toEqual([
      'REPLICA  POOL   STATE',
      'heavy-0  heavy  waiti…',
      'heavy-1  heavy  ready',
    ]);
  });
  test('on a screen where nothing fits is cut at its edge', () => {
    expect(formatTable(rows, 8).split('\n')).toEqual(['POOL   …', 'heavy  …', 'light  …']);
  });
  test('is never wider than the screen, and whole where there is room', () => {
    const table = fc.array(
      fc.array(fc.string({ unit: fc.constantFrom('a', '/', '-') }), { minLength: 1, maxLength: 6 }),
      { minLength: 1 },
    );
    fc.assert(
      fc.property(table, fc.integer({ min: 1, max: 200 }), (cells, columns) => {
        const wide = formatTable(cells, undefined).split('\n');
        const lines = formatTable(cells, columns).split('\n');
        expect(lines.every((it) => it.length <= columns)).toBe(true);
        if (wide.every((it) => it.length <= columns) && !wide.some((it) => it.includes('…')))
          expect(lines.length).toBe(wide.length);
      }),
    );
  });
});

test('cutting leaves a mark', () => {
  expect([cut('abc', 3), cut('abcd', 3), cut('abcd', 1)]).toEqual(['abc', 'ab…', '…']);
});

test('what somebody else wrote moves no cursor', () => {
  expect(formatTable([['a\u001B[2Jb', 'c\nd']], undefined)).toBe('a [2Jb  c d');
});
