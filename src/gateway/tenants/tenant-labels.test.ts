import { expect, test } from 'bun:test';
import { createTenantLabels, LABELS_MAX, OTHER } from './tenant-labels.ts';

test('as many tenants as are named, the rest is one', () => {
  const label = createTenantLabels(['gold']);
  const labels = Array.from({ length: LABELS_MAX + 50 }, (_, at) => label(`t${at}`));
  expect(new Set(labels).size).toBe(LABELS_MAX + 1);
  expect(labels.at(-1)).toBe(OTHER);
});

test('who has a name keeps it; those of the config always have theirs', () => {
  const label = createTenantLabels(['gold']);
  label('first');
  for (let at = 0; at < 2 * LABELS_MAX; at += 1) label(`t${at}`);
  expect([label('first'), label('gold'), label('late')]).toEqual(['first', 'gold', OTHER]);
});
