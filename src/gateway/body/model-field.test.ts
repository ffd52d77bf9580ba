import { expect, test } from 'bun:test';
import * as fc from 'fast-check';
import { replaceModel } from './model-field.ts';

const replaced = (json: string, model = 'new') => replaceModel(Buffer.from(json), model).toString();

test.each([
  ['plain', '{"model":"old","n":1}', '{"model":"new","n":1}'],
  [
    'last, with spaces',
    ' {"a":[1,{"model":"in"}], "model" :\t"old" } ',
    ' {"a":[1,{"model":"in"}], "model" :\t"new" } ',
  ],
  [
    'a 64-bit seed and a float keep their form',
    '{"seed":9223372036854775807,"t":1.0,"model":"x"}',
    '{"seed":9223372036854775807,"t":1.0,"model":"new"}',
  ],
  ['an escaped key', String.raw`{"mod\u0065l":"old"}`, String.raw`{"mod\u0065l":"new"}`],
  ['twice: the last one counts, so both are replaced', '{"model":"a","model":"b"}', '{"model":"new","model":"new"}'],
  [
    'text that looks like it',
    String.raw`{"user":"\"model\":\"x\"\\","model":"o"}`,
    String.raw`{"user":"\"model\":\"x\"\\","model":"new"}`,
  ],
  ['a value called model', '{"a":"model","model":"o"}', '{"a":"model","model":"new"}'],
  ['deeper ones stay', '{"x":{"model":"deep"},"model":"o"}', '{"x":{"model":"deep"},"model":"new"}'],
  ['none', '{"messages":["model"]}', '{"messages":["model"]}'],
  ['null stays', '{"model":null}', '{"model":null}'],
])('%s', (_, before, after) => {
  expect(replaced(before)).toBe(after);
});

test('the new name is written as JSON', () => {
  expect(replaced('{"model":"x"}', 'a"b\\c')).toBe(String.raw`{"model":"a\"b\\c"}`);
});

test('parsed again, only the model differs; in bytes, only its value', () => {
  const rest = fc.dictionary(fc.string(), fc.jsonValue()).map((it) => JSON.stringify(it).slice(1, -1));
  fc.assert(
    fc.property(rest, rest, fc.string(), fc.string(), fc.nat(4), (before, after, old, model, indent) => {
      const parts = [before, `"model": ${JSON.stringify(old)}`, after].filter((it) => it !== '');
      const json = `{${' '.repeat(indent)}${parts.join(',')}}`;
      // A generated key may be `model` too; then the last one decides what was asked for.
      fc.pre(typeof JSON.parse(json).model === 'string');
      expect(JSON.parse(replaced(json, model))).toEqual({ ...JSON.parse(json), model });
      const value = JSON.stringify(old);
      const at = json.indexOf(`"model": ${value}`) + '"model": '.length;
      fc.pre(json.split('"model"').length === 2);
      expect(replaced(json, model)).toBe(json.slice(0, at) + JSON.stringify(model) + json.slice(at + value.length));
    }),
  );
});
