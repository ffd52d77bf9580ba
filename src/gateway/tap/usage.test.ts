import { expect, test } from 'bun:test';
import { completion, USAGE } from '../fixtures/scripted-engine.ts';
import { findUsage } from './usage.ts';

const find = (text: string) => findUsage(Buffer.from(text));

test.each([
  ['a reply', completion('hi'), { prompt: 7, completion: 3, cached: 0 }],
  ['an event', USAGE, { prompt: 7, completion: 3, cached: 4 }],
  ['spaces', '{"usage" : { "prompt_tokens" : 1, "completion_tokens": 2 } }', { prompt: 1, completion: 2, cached: 0 }],
  [
    'null details',
    '{"usage":{"prompt_tokens":1,"prompt_tokens_details":null}}',
    { prompt: 1, completion: 0, cached: 0 },
  ],
  ['text of a user', completion('"usage":{"prompt_tokens":99}'), { prompt: 7, completion: 3, cached: 0 }],
])('%s', (_, text, usage) => {
  expect(find(text)).toEqual(usage);
});

test.each(['{}', '{"usage":null}', '{"usage":{x}}', '{"usage":{', ''])('none in %j', (text) => {
  expect(find(text)).toBeUndefined();
});
