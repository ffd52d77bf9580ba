import { describe, expect, test } from 'bun:test';
import * as fc from 'fast-check';
import { apiKey, SECRET } from '../fixtures/api-key.ts';
import { composeKey, hashKey, keyIdOf } from './api-key.ts';
import { createKeyRing } from './key-ring.ts';

const good = apiKey('good1', 'acme');
const revoked = apiKey('gone1', 'acme', { isRevoked: true });
const ending = apiKey('ends1', 'acme', { expiresUnixMs: 1000 });
const ring = createKeyRing([good, revoked, ending]);
const textOf = (id: string) => composeKey(id, SECRET);

describe('a key', () => {
  test('is known by its text, and tells whose it is', () => {
    expect(ring.recognise(textOf('good1'), 0)).toEqual({ is: 'good', key: good });
  });

  test('that was revoked, or has ended, is over for who has it', () => {
    expect(ring.recognise(textOf('gone1'), 0)).toEqual({ is: 'revoked', key: revoked });
    expect(ring.recognise(textOf('ends1'), 999)).toEqual({ is: 'good', key: ending });
    expect(ring.recognise(textOf('ends1'), 1000)).toEqual({ is: 'expired', key: ending });
  });

  test('that is over tells nobody so who knows its id alone', () => {
    expect(ring.recognise(composeKey('gone1', 'guess'), 0)).toEqual({ is: 'unknown' });
    expect(ring.recognise(composeKey('ends1', 'guess'), 5000)).toEqual({ is: 'unknown' });
  });

  test.each([
    ['another secret', composeKey('good1', `${SECRET}0`)],
    ['another id', textOf('other')],
    ['no secret', 'sk-ssw-good1-'],
    ['no id', `sk-ssw--${SECRET}`],
    ['an id that is none', `sk-ssw-GOOD1-${SECRET}`],
    ["another's key", 'sk-proj-abc'],
    ['nothing', ''],
    ['far too long', textOf('good1') + 'x'.repeat(10_000)],
  ])('%s is unknown', (_, text) => {
    expect(ring.recognise(text, 0)).toEqual({ is: 'unknown' });
  });

  test('is none but the one: every other text is unknown', () => {
    const near = fc.tuple(fc.nat(textOf('good1').length - 1), fc.string({ minLength: 1, maxLength: 1 }));
    fc.assert(
      fc.property(fc.oneof(fc.string(), near), (it) => {
        const right = textOf('good1');
        const text = typeof it === 'string' ? it : right.slice(0, it[0]) + it[1] + right.slice(it[0] + 1);
        expect(ring.recognise(text, 0).is === 'good').toBe(text === right);
      }),
    );
  });
});

test('what is stored is the SHA-256 of the whole text', () => {
  expect(hashKey('abc').toString('hex')).toBe('ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad'); // FIPS 180-2, B.1
});

test('the id is the part that may be shown', () => {
  expect(keyIdOf('sk-ssw-k3x9-secret-with-dashes')).toBe('k3x9');
});
