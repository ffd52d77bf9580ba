import { expect, test } from 'bun:test';
import { emptyBatch } from './batch.ts';
import { stepDurationMs } from './cost.ts';
import { advance, arrive, leave, STEPS_PER_TURN_MAX, type Card, type Timeline } from './timeline.ts';

const card: Card = {
  limits: { sequencesMax: 8, tokensPerStepMax: 2048, kvBlocks: 1000 },
  speed: { prefillTokensPerS: 1000, decodeStepMs: 10 },
};
const idle: Timeline = { batch: emptyBatch(card.limits), running: undefined };
const one = arrive(idle, { id: 1, promptTokens: 100, outputTokens: 3 });

test('a step of prefill takes its tokens’ time on top of a decode step', () => {
  expect(stepDurationMs({ decodedSequences: 0, prefilledTokens: 100 }, card.speed)).toBe(110);
});

test('nothing ends before its time', () => {
  const begun = advance(one, 0, card);
  expect(begun.ended).toEqual([]);
  expect(begun.timeline.running?.endsAtMs).toBe(110);
  expect(advance(begun.timeline, 109, card).ended).toEqual([]);
  expect(advance(begun.timeline, 110, card).ended.map(({ produced }) => produced)).toEqual([[1]]);
});

test('late calls see all steps that ended meanwhile, back to back', () => {
  const begun = advance(one, 0, card).timeline;
  const { ended, timeline } = advance(begun, 1000, card);
  expect(ended.map(({ finished }) => finished)).toEqual([[], [], [1]]);
  expect(timeline).toEqual(idle);
});

test('what arrives during a step joins the next one', () => {
  const begun = advance(one, 0, card).timeline;
  const joined = arrive(begun, { id: 2, promptTokens: 10, outputTokens: 1 });
  const { ended } = advance(joined, 1000, card);
  expect(ended.map(({ produced }) => produced)).toEqual([[1], [1, 2], [1]]);
});

test('what leaves during a step is not in the next one', () => {
  const begun = advance(one, 0, card).timeline;
  expect(advance(leave(begun, new Set([1])), 1000, card).timeline).toEqual(idle);
});

test('a machine that is far behind makes the card slow', () => {
  const long = arrive(idle, { id: 1, promptTokens: 1, outputTokens: 10_000 });
  const begun = advance(long, 0, card).timeline;
  const { ended, timeline } = advance(begun, 1_000_000, card);
  expect(ended.length).toBe(STEPS_PER_TURN_MAX);
  expect(timeline.running?.endsAtMs).toBeGreaterThan(1_000_000);
});
