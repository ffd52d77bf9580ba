import { describe, expect, test } from 'bun:test';
import { askForUsage, usageWish } from './usage-wish.ts';

describe('how a request stands to the usage of its stream', () => {
  test.each([
    ['no options', undefined, 'unsaid'],
    ['null', null, 'declined'],
    ['none of it', {}, 'declined'],
    ['no', { include_usage: false }, 'declined'],
    ['yes', { include_usage: true }, 'asked'],
    ['on every chunk', { include_usage: true, continuous_usage_stats: true }, 'asked'],
    [
      'bug: on every chunk, but not at all, is not at all',
      { include_usage: false, continuous_usage_stats: true },
      'declined',
    ],
    ['bug: on every chunk alone is not at all', { continuous_usage_stats: true }, 'declined'],
    ['bug: no in words that engines take', { include_usage: 'False' }, 'declined'],
    ['bug: no as a number', { include_usage: 0 }, 'declined'],
    ['yes in words', { include_usage: 'on' }, 'asked'],
    ['what is neither is the engine’s to judge', { include_usage: 'perhaps' }, 'asked'],
    ['also of every chunk', { continuous_usage_stats: {} }, 'asked'],
    ['no options at all', 'text', 'asked'],
  ] as const)('%s', (_, options, wish) => expect(usageWish(options)).toBe(wish));
});

describe('asking for it', () => {
  const asked = (options: string) =>
    askForUsage(Buffer.from(`{ "stream_options": ${options}, "seed": 18446744073709551615 }`), 'declined').toString();
  const around = (options: string) => `{ "stream_options": ${options}, "seed": 18446744073709551615 }`;
  test.each([
    ['null', '{"include_usage":true}'],
    ['{ }', '{"include_usage":true }'],
    ['{"include_usage": false}', '{"include_usage": true}'],
    ['{"include_usage": true, "include_us\\u0061ge": false}', '{"include_usage": true, "include_us\\u0061ge": true}'],
    ['{"continuous_usage_stats": true}', '{"include_usage":true,"continuous_usage_stats": false}'],
    ['{"continuous_usage_stats": 1, "include_usage": 0}', '{"continuous_usage_stats": false, "include_usage": true}'],
  ])('%s', (options, engines) => expect(asked(options)).toBe(around(engines)));
});
