import { expect, test } from 'bun:test';
import { reportAudit } from './report-audit.ts';

const clean = { pool: 'light', findings: [] };
const wrong = { pool: 'heavy', findings: [{ rule: 'orders', what: 'tickets a and b have the same order 1' }] };

test('each finding is told with its pool; a clean pool has none', () => {
  expect(reportAudit([clean, wrong], true)).toEqual([
    { pool: 'heavy', rule: 'orders', what: 'tickets a and b have the same order 1' },
  ]);
});

test('a clean line in memory does not pass for a clean Redis that nobody looked at', () => {
  expect(reportAudit([clean, wrong], false).map(({ pool, rule }) => `${pool} ${rule}`)).toEqual([
    'light store_reached',
    'heavy store_reached',
    'heavy orders',
  ]);
});
