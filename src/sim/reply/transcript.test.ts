import { describe, expect, test } from 'bun:test';
import * as fc from 'fast-check';
import { pieceAt, planReply, type Plan } from './plan.ts';
import { startTranscript, tell } from './transcript.ts';

const plan: Plan = {
  seed: 1,
  opening: ['one', ' two', ' three', ' four'].map((text) => ({ channel: 'content', text })),
  naturalTokens: 4,
};
const said = (told: readonly { readonly text: string }[]) => told.map(({ text }) => text).join('');

test('tokens of one channel come as one piece', () => {
  expect(tell(startTranscript(plan, []), 3, 'more').told).toEqual([{ channel: 'content', text: 'one two three' }]);
});

describe('stop strings', () => {
  test('end the text before them, also across tokens', () => {
    const { transcript, told } = tell(startTranscript(plan, ['o thr']), 4, 'more');
    expect([said(told), transcript.stoppedBy, transcript.tokens]).toEqual(['one tw', 'o thr', 3]);
  });
  test('the first in the text counts, not the first in the list', () => {
    expect(tell(startTranscript(plan, ['three', 'two']), 4, 'more').transcript.stoppedBy).toBe('two');
  });
  test('what may become one is held back, and released at the end', () => {
    const first = tell(startTranscript(plan, ['three!']), 3, 'more');
    expect(said(first.told)).toBe('one two ');
    expect(said(tell(first.transcript, 1, 'last').told)).toBe('three four');
  });
});

test('however the tokens are grouped, the text is the same', () => {
  fc.assert(
    fc.property(fc.array(fc.integer({ min: 1, max: 5 }), { minLength: 1 }), fc.integer(), (groups, seed) => {
      const prose = planReply({ is: 'prose' }, seed >>> 0);
      const total = groups.reduce((sum, count) => sum + count, 0);
      let transcript = startTranscript(prose, ['never said']);
      let text = '';
      for (const [index, count] of groups.entries()) {
        const next = tell(transcript, count, index === groups.length - 1 ? 'last' : 'more');
        ({ transcript } = next);
        text += said(next.told);
      }
      expect(text).toBe(Array.from({ length: total }, (_, index) => pieceAt(prose, index).text).join(''));
    }),
  );
});
