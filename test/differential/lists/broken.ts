import type { ListedRequest } from '../request.ts';
import { CHAT, chat, raw } from './build.ts';

const body = JSON.stringify(chat({}));

/** No JSON object, or a cruel one. */
const BODIES: Readonly<Record<string, string>> = {
  nothing: '',
  blanks: ' \n ',
  'not closed': body.slice(0, -1),
  'cut in a string': body.slice(0, 40),
  'a comma too many': body.replace(/}$/, ',}'),
  'single quotes': body.replaceAll('"', "'"),
  'no quotes': '{model: "x"}',
  'a comment': body.replace('{', '{/* hello */'),
  'not a number': body.replace('"temperature":0', '"temperature":NaN'),
  infinity: body.replace('"temperature":0', '"temperature":Infinity'),
  'a leading zero': body.replace('"max_tokens":8', '"max_tokens":08'),
  'two objects': `${body}${body}`,
  'words after it': `${body} and more`,
  'a list': '[]',
  'a text': '"hello"',
  'a number': '7',
  null: 'null',
  true: 'true',
  'a form': 'model=x&messages=y',
  xml: '<?xml version="1.0"?><!DOCTYPE a [<!ENTITY b SYSTEM "file:///etc/passwd">]><a>&b;</a>',
  'a byte order mark': `\ufeff${body}`,
  'not UTF-8': body.replace('Name', 'N«ff»«fe»me'),
  'UTF-16': '{«00»}«00»',
  'a raw line feed in a string': body.replace('Name', 'Na\nme'),
  'a raw zero in a string': body.replace('Name', 'Na«00»me'),
  'a broken escape': body.replace('Name', '\\uZZZZ'),
  'deep lists': '{"messages":«2000×[»«2000×]»}',
  'very deep lists': '{"messages":«100000×[»«100000×]»}',
  'deep objects': '{"a":«2000×{"a":»1«2000×}»}',
  'a number of many digits': body.replace('"seed":1', '"seed":«5000×9»'),
  'a prototype': body.replace('{', '{"__proto__":{"model":"x"},"constructor":{"prototype":{}},'),
  'many keys': '{«20000×"k":1,»"model":"x"}',
};

export const BROKEN: readonly ListedRequest[] = [
  ...Object.entries(BODIES).map(([name, it]) => raw('hostile', CHAT, name, it)),
  raw('hostile', CHAT, 'a compressed body that is none', body, {
    'content-type': 'application/json',
    'content-encoding': 'gzip',
  }),
  raw('hostile', CHAT, 'a form with parts', body, { 'content-type': 'multipart/form-data; boundary=x' }),
  raw('hostile', CHAT, 'a content type of nonsense', body, { 'content-type': 'x/;;' }),
  ...['/v1/completions', '/v1/responses', '/v1/messages', '/tokenize', '/detokenize'].flatMap((path) => [
    raw('hostile', path, 'not closed', '{"model":'),
    raw('hostile', path, 'a list', '[]'),
  ]),
];
