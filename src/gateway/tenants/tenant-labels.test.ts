import { expect, test } from 'bun:test';
import { createTenantLabels, LABELS_MAX, OTHER } from './tenant-labels.ts';

const labelsWith = (...names: string[]) => {
  const labels = createTenantLabels();
  labels.keep(names);
  return labels;
};

test('as many tenants as are named, the rest is one', () => {
  const { labelOf } = labelsWith('gold');
  const labels = Array.from({ length: LABELS_MAX + 50 }, (_, at) => labelOf(`t${at}`));
  expect(new Set(labels).size).toBe(LABELS_MAX + 1);
  expect(labels.at(-1)).toBe(OTHER);
});

test('who has a name keeps it; those of the config always have theirs', () => {
  const { labelOf } = labelsWith('gold');
  labelOf('first');
  for (let at = 0; at < 2 * LABELS_MAX; at += 1) labelOf(`t${at}`);
  expect([labelOf('first'), labelOf('gold'), labelOf('late')]).toEqual(['first', 'gold', OTHER]);
});

test('a change of the config gives the others no names more', () => {
  const labels = labelsWith('gold');
  for (let at = 0; at < LABELS_MAX; at += 1) labels.labelOf(`t${at}`);
  labels.keep(['silver']);
  expect(['gold', 'silver', 'late'].map(labels.labelOf)).toEqual(['gold', 'silver', OTHER]);
});
