import { expect, test } from 'bun:test';
import * as fc from 'fast-check';
import { countTokens, detokenize, tokenize } from './tokens.ts';

test('tokens turn back into the text they came from', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme' }), (text) => {
      expect(detokenize(tokenize(text))).toBe(text.toWellFormed());
      expect(countTokens(text)).toBe(tokenize(text).length);
    }),
  );
});
