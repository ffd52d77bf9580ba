import { expect, test } from 'bun:test';
import { exitRunbook } from './exit-runbook.ts';

test.each([
  ['card_lost', 'backoff', 'card-lost'],
  ['stalled', 'starting', 'hung-engine'],
  ['bad_model', 'failed', 'bad-swap'],
  ['asked', 'stopped', undefined],
] as const)('an ending by %s of one that is %s leads to the page %s', (cause, state, page) => {
  expect(exitRunbook(cause, state)).toBe(page);
});

test('one that is given up after too many endings leads to the crash loop, whatever the last one came of', () => {
  expect(exitRunbook('stalled', 'failed')).toBe('crash-loop');
});
