import { describe, expect, test } from 'bun:test';
import * as fc from 'fast-check';
import { insertMember, isNamed, topLevelMembers } from './members.ts';
import { tellTier } from './service-tier.ts';
import { askForUsage, usageWish } from './usage-wish.ts';

test('members are found with their values, whatever those are', () => {
  fc.assert(
    fc.property(fc.dictionary(fc.string(), fc.jsonValue()), fc.nat(4), (object, indent) => {
      const json = Buffer.from(JSON.stringify(object, undefined, indent));
      const found = [...topLevelMembers(json)].map(({ key, value }) => [
        JSON.parse(json.toString('utf8', key.start, key.end)),
        JSON.parse(json.toString('utf8', value.start, value.end)),
      ]);
      expect(found).toEqual(Object.entries(JSON.parse(json.toString())));
    }),
  );
});

test.each([
  ['{}', '{"a":1}'],
  [' { } ', ' {"a":1 } '],
  ['\uFEFF{"b":2}', '\uFEFF{"a":1,"b":2}'],
  ['{\n  "b": 2\n}', '{"a":1,\n  "b": 2\n}'],
])('a member goes in front of the others: %j', (before, after) => {
  expect(insertMember(Buffer.from(before), '"a":1').toString()).toBe(after);
});

describe('asking for a usage', () => {
  const asked = (json: string): string => {
    const wish = usageWish(JSON.parse(json).stream_options);
    return wish === 'asked' ? json : askForUsage(Buffer.from(json), wish).toString();
  };

  test.each([
    ['unsaid', '{"seed":9223372036854775807}', '{"stream_options":{"include_usage":true},"seed":9223372036854775807}'],
    ['null', '{"stream_options": null,"t":1.0}', '{"stream_options": {"include_usage":true},"t":1.0}'],
    ['empty', '{"stream_options":{ }}', '{"stream_options":{"include_usage":true }}'],
    ['false', '{"stream_options":{"include_usage" : false}}', '{"stream_options":{"include_usage" : true}}'],
    ['others', '{"stream_options":{"x":[1]}}', '{"stream_options":{"include_usage":true,"x":[1]}}'],
  ])('%s', (_, before, after) => expect(asked(before)).toBe(after));

  test.each([
    '{"stream_options":{"include_usage":true}}',
    '{"stream_options":"x"}',
    '{"stream_options":[]}',
    '{"stream_options":{"include_usage":"yes"}}',
  ])('is not for us: %s', (json) => expect(asked(json)).toBe(json));

  test('parsed again, nothing else differs', () => {
    const options = fc.option(fc.dictionary(fc.string(), fc.jsonValue()));
    fc.assert(
      fc.property(fc.dictionary(fc.string(), fc.jsonValue()), options, (body, stream_options) => {
        const json = JSON.stringify({ ...body, ...(stream_options === null ? {} : { stream_options }) });
        fc.pre(usageWish(JSON.parse(json).stream_options) !== 'asked');
        const before = JSON.parse(json);
        expect(JSON.parse(asked(json))).toEqual({
          ...before,
          stream_options: { ...before.stream_options, include_usage: true },
        });
      }),
    );
  });
});

test.each([
  ['{"a":{"service_tier":1},"service_tier":null}', '{"a":{"service_tier":1},"service_tier":"flex"}'],
  ['{"id":"x"}', '{"service_tier":"flex","id":"x"}'],
  ['no JSON', 'no JSON'],
])('a reply is told its tier: %s', (before, after) => {
  expect(tellTier(Buffer.from(before), 'flex').toString()).toBe(after);
});

test('a name may be written with escapes', () => {
  const json = Buffer.from(String.raw`{"mod\u0065l":1}`);
  expect([...topLevelMembers(json)].map((it) => isNamed(json, it, 'model'))).toEqual([true]);
});
