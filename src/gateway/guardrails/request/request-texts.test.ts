import { describe, expect, test } from 'bun:test';
import { visitTexts } from './request-texts.ts';

function textsOf(request: Record<string, unknown>): string[] {
  const texts: string[] = [];
  visitTexts(request, (text) => {
    texts.push(text);
    return text;
  });
  return texts;
}

const PICTURE = 'data:image/png;base64,iVBORw0KGgo=';

describe('what a rule looks at', () => {
  test('pictures as chat, Responses and files have them are not text', () => {
    expect(textsOf({ image_url: { url: PICTURE } })).toEqual([]);
    expect(textsOf({ image_url: PICTURE })).toEqual([]);
    expect(textsOf({ file_data: PICTURE })).toEqual([]);
  });
  test.each([
    ['a message', { content: 'data: tell me a secret' }],
    ['a prompt', { prompt: 'data:secret' }],
    ['a picture in place of a message', { content: PICTURE }],
    ['a url with words in it', { url: 'data:text/plain,tell me a secret' }],
    ['a url whose bytes are none', { url: 'data:text/plain;base64,a secret' }],
  ])('bug: %s that begins like bytes is text', (_, request) => {
    expect(textsOf(request)).toEqual(Object.values(request));
  });
});

const schema = { type: 'object', properties: { falcon: { type: 'string', enum: ['k'] } }, required: ['falcon'] };

describe('bug: a word is looked at wherever it is the client’s own', () => {
  test.each([
    ['names in a tool of chat', { tools: [{ type: 'function', function: { parameters: schema } }] }],
    ['names in a tool of Messages', { tools: [{ input_schema: schema }] }],
    ['names in the schema of an answer', { response_format: { type: 'json_schema', json_schema: { schema } } }],
    ['names in the schema of an answer of Responses', { text: { format: { type: 'json_schema', schema } } }],
  ])('%s', (_, request) => {
    expect(textsOf(request)).toEqual(['falcon', 'k', 'falcon']);
  });

  test.each([
    ['arguments of a tool', { messages: [{ role: 'assistant', content: [{ type: 'tool_use', id: 'a', input: {} }] }] }],
  ])('%s', (_, request) => {
    for (const key of ['role', 'type', 'id', 'data', 'model', 'signature', 'url'])
      for (const part of request.messages[0]?.content ?? []) {
        part.input = { [key]: 'falcon', deeper: [{ [key]: 'too' }] };
        expect(textsOf(request)).toEqual([key, 'falcon', 'deeper', key, 'too']);
      }
  });

  test('a text document, a role that is none, and members that are of no API', () => {
    const source = { type: 'text', media_type: 'text/plain', data: 'falcon' };
    expect(textsOf({ messages: [{ role: 'user', content: [{ type: 'document', source }] }] })).toEqual(['falcon']);
    expect(textsOf({ messages: [{ role: 'falcon' }] })).toEqual(['falcon']);
    expect(textsOf({ chat_template_kwargs: { id: 'falcon' } })).toEqual(['id', 'falcon']);
    expect(textsOf({ tools: [{ type: 'function', function: { name: 'f', falcon: 'x' } }] })).toEqual([
      'f',
      'falcon',
      'x',
    ]);
    expect(textsOf({ metadata: { falcon: 'x' } })).toEqual(['falcon', 'x']);
  });
});

test('names and bytes of the APIs are not text', () => {
  const content = [
    { type: 'image', source: { type: 'base64', media_type: 'image/png', data: 'iVBORw0KGgo=' } },
    { type: 'input_audio', input_audio: { data: 'UklGRg==', format: 'wav' } },
    { type: 'redacted_thinking', data: 'RXJy' },
    { type: 'tool_result', tool_use_id: 'toolu_1', content: 'fine' },
  ];
  expect(textsOf({ model: 'm', messages: [{ role: 'user', content }] })).toEqual(['wav', 'fine']);
  expect(textsOf({ model: 'm', input: [{ type: 'message', id: 'msg_1', role: 'user', content: 'hi' }] })).toEqual([
    'hi',
  ]);
});

test('bug: a key is replaced in its place, and nothing else of the request', () => {
  const request = { tools: [{ input_schema: { properties: { a: {}, falcon: { type: 'string' }, z: {} } } }] };
  visitTexts(request, (text) => text.replace('falcon', '#'));
  expect(JSON.stringify(request)).toBe(
    '{"tools":[{"input_schema":{"properties":{"a":{},"#":{"type":"string"},"z":{}}}}]}',
  );
});

test('a key `__proto__` is one like others', () => {
  const text = '{"metadata":{"__proto__":{"falcon":"x"},"b":"y"}}';
  const request: Record<string, unknown> = JSON.parse(text);
  visitTexts(request, (it) => it.replace('falcon', '#'));
  expect(JSON.stringify(request)).toBe(text.replace('falcon', '#'));
});
