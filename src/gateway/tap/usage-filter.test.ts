import { expect, test } from 'bun:test';
import { createUsageFilter } from './usage-filter.ts';

const END = '{"choices":[{"delta":{},"finish_reason":"stop"}]';
const USAGE = 'data: {"choices":[],"usage":{"prompt_tokens":1},"system_fingerprint":"f"}\n\n';
const DONE = 'data: [DONE]\n\n';
const shown = (...events: readonly string[]): string => {
  const filter = createUsageFilter();
  return events.map((it) => filter(Buffer.from(it)).toString()).join('');
};

test('the fingerprint goes back to where it would have been', () => {
  expect(shown(`data: ${END}}\n\n`, USAGE, DONE)).toBe(`data: ${END},"system_fingerprint":"f"}\n\n${DONE}`);
});

test('bug: a chunk that has one already does not get it twice', () => {
  const end = `data: ${END},"system_fingerprint":"f"}\n\n`;
  expect(shown(end, USAGE + DONE)).toBe(end + DONE);
});
