import { expect, test } from 'bun:test';
import * as fc from 'fast-check';
import { aReading } from '../fixtures/reading.ts';
import { chunk, DONE, USAGE } from '../fixtures/scripted-engine.ts';
import { createTap } from './tap.ts';

/** Feeds a tap and tells what passed and how it stands. */
function tapped(...parts: readonly (string | Uint8Array)[]) {
  const tap = createTap(aReading);
  const passed = parts
    .map((part) => tap.push(Buffer.from(part)))
    .map(String)
    .join('');
  return { passed, state: tap.state(), events: tap.events(), usage: tap.usage(), error: tap.error() };
}

const ERROR =
  'data: {"error":{"message":"EngineCore encountered an issue.","type":"InternalServerError","code":500}}\n\n';

test('a good stream passes byte for byte and is done at [DONE]', () => {
  const text = chunk('a') + chunk('b', 'stop') + DONE;
  expect(tapped(text)).toMatchObject({ passed: text, state: 'done', events: 3 });
  expect(tapped(chunk('a'))).toMatchObject({ state: 'open' });
});

test('usage is taken from the chunk before [DONE], in whatever pieces they come', () => {
  const usage = { prompt: 7, completion: 3, cached: 4 };
  expect(tapped(chunk('a'), USAGE, DONE).usage).toEqual(usage);
  expect(tapped(chunk('a'), USAGE + DONE).usage).toEqual(usage);
  expect(tapped(chunk('a'), DONE).usage).toBeUndefined();
});

test('an error chunk breaks the stream; it and all after it are held back', () => {
  expect(tapped(chunk('a') + ERROR + DONE)).toMatchObject({
    passed: chunk('a'),
    state: 'broken',
    error: { status: 500 },
  });
  expect(tapped(chunk('a'), ERROR, DONE)).toMatchObject({ passed: chunk('a'), state: 'broken' });
});

test('finish_reason abort breaks the stream although [DONE] follows', () => {
  expect(tapped(chunk('a') + chunk('b', 'abort') + DONE)).toMatchObject({ passed: chunk('a'), state: 'broken' });
});

test.each([
  ['talk of errors', chunk('the "error" and the "abort"')],
  ['a token that is the word', chunk('abort') + chunk('error')],
  ['no error', 'data: {"error":null,"choices":[]}\n\n'],
  ['talk of [DONE]', chunk('data: [DONE]')],
  ['a list', 'data: [1]\n\n'],
  ['no JSON at all', 'data: "error" "abort"\n\n'],
  ['null', 'data: null "error"\n\n'],
])('%s does not break or end it', (_, text) => {
  expect(tapped(text)).toMatchObject({ passed: text, state: 'open' });
});

test('nothing passes after the end', () => {
  expect(tapped(chunk('a') + DONE, chunk('b'))).toMatchObject({ passed: chunk('a') + DONE, state: 'done' });
});

test('wherever the bytes are cut, the same comes out', () => {
  const event = fc.constantFrom(chunk('a'), chunk('ü "error" €'), chunk('b', 'stop'), ': ping\n\n');
  const ending = fc.constantFrom(USAGE + DONE, DONE, ERROR + DONE, chunk('x', 'abort') + DONE, 'data: {"half');
  fc.assert(
    fc.property(fc.array(event), ending, fc.array(fc.nat(), { maxLength: 20 }), (events, last, offsets) => {
      const whole = Buffer.from(events.join('') + last);
      const at = [0, ...offsets.map((it) => it % (whole.length + 1)).toSorted((a, b) => a - b), whole.length];
      const cut = tapped(...at.slice(1).map((end, index) => whole.subarray(at[index], end)));
      const { passed, state, usage } = tapped(whole);
      expect(cut).toMatchObject({ passed, state });
      expect(cut.usage).toEqual(usage);
    }),
  );
});
