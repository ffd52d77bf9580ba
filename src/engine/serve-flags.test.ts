import { expect, test } from 'bun:test';
import { planOf } from './plan.fixture.ts';
import { sequencesMax } from './serve-flags.ts';

test("a replica runs as many requests at once as it was told, else vLLM's default for its device", () => {
  expect(sequencesMax(planOf({ pool: { args: { 'max-num-seqs': 8 } } }))).toBe(8);
  expect(
    sequencesMax(planOf({ pool: { args: { 'max-num-seqs': 8 } }, replica: { args: { 'max-num-seqs': '4' } } })),
  ).toBe(4);
  expect(sequencesMax(planOf({ replica: { gpu: 1 } }))).toBe(256);
  expect(sequencesMax(planOf({ replica: { gpu: undefined } }))).toBe(128);
});
