import { expect, test } from 'bun:test';
import { queuedComment } from './comments.ts';

test.each([
  [{ ahead: 11, etaMs: 3400.4 }, ': ssw queued position=12 eta_ms=3400\n\n'],
  [{ ahead: 0, etaMs: undefined }, ': ssw queued position=1\n\n'],
  [undefined, ': ssw queued\n\n'],
])('%j', (standing, comment) => {
  expect(queuedComment(standing)).toBe(comment);
});
