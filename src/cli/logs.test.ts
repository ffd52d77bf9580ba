import { expect, test } from 'bun:test';
import { formatLine } from './logs.ts';

const line = { replica: 'heavy-0', atUnixMs: 0, from: 'engine', text: 'Loading' } as const;

test('names stand in a column, and what the supervisor says is marked', () => {
  expect([
    formatLine(line, 8),
    formatLine({ ...line, replica: 'light-10', from: 'supervisor', text: 'ready' }, 8),
    formatLine({ ...line, replica: 'came-later-0' }, 8),
  ]).toEqual([
    '1970-01-01T00:00:00.000Z heavy-0   Loading',
    '1970-01-01T00:00:00.000Z light-10  ▸ ready',
    '1970-01-01T00:00:00.000Z came-later-0  Loading',
  ]);
});
