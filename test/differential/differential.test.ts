import { describe, expect, test } from 'bun:test';
import { differencesBetween, explain } from './compare.ts';
import { documented, FILE as DOCUMENT } from './document.ts';
import { expanded, FILE as LIST } from './expand.ts';
import requests from './requests.json';
import { bytesOf } from './request.ts';
import type { Answer } from './send.ts';

const json = (status: number, body: object): Answer => ({
  status,
  contentType: 'application/json',
  body: JSON.stringify(body),
});
const events = (...texts: string[]): Answer => ({
  status: 200,
  contentType: 'text/event-stream',
  body: texts.map((text) => `data: {"id":"${Math.random()}","text":"${text}"}\n\n`).join(': waiting\n\n'),
});

describe('the list', () => {
  test('is what its sources make: bun run test/differential/expand.ts', async () => {
    expect(await Bun.file(LIST).json()).toEqual(JSON.parse(expanded()));
  });

  test('has 200 requests and more, no two of one name, a third of them hostile', () => {
    expect(requests.length).toBeGreaterThanOrEqual(200);
    expect(new Set(requests.map((it) => it.name)).size).toBe(requests.length);
    expect(requests.filter((it) => it.kind === 'hostile').length).toBeGreaterThan(requests.length * 0.3);
  });

  test('spells out long bodies and single bytes', () => {
    expect(bytesOf('a«3×bc»«ff»')).toEqual(Buffer.from([0x61, 0x62, 0x63, 0x62, 0x63, 0x62, 0x63, 0xff]));
  });
});

test('docs/differences.md says what docs/differences.json has: bun run test/differential/document.ts', async () => {
  const cells = (text: string) => text.replaceAll(/ +/g, ' ').replaceAll(/-{3,}/g, '---');
  expect(cells(await Bun.file(DOCUMENT).text())).toBe(cells(documented()));
});

describe('two answers', () => {
  test('are alike whatever their ids, and however a stream’s text was cut', () => {
    expect(
      differencesBetween(json(200, { id: 'a', created: 1, x: [1] }), json(200, { id: 'b', created: 2, x: [1] })),
    ).toEqual([]);
    expect(differencesBetween(events('on', 'ce'), events('once'))).toEqual([]);
  });

  test('differ field by field', () => {
    expect(
      differencesBetween(json(400, { error: { code: 400 } }), json(404, { error: { code: 'x', param: null } })),
    ).toEqual([
      { field: 'status', engine: '400', gateway: '404' },
      { field: 'error.code', engine: '400', gateway: '"x"' },
      { field: 'error.param', engine: 'absent', gateway: 'null' },
    ]);
    expect(differencesBetween(events('once'), events('twice'))).toHaveLength(1);
  });

  test('differ unexplained where no entry fits field, request and both answers', () => {
    const difference = { field: 'error.code', engine: '400', gateway: '"x"' };
    const [request] = requests;
    if (request === undefined) throw new Error('the list is empty');
    const asked = { ...request, kind: 'good' as const, headers: {} };
    const fits = { field: 'error\\.code', engine: '\\d+', gateway: '"[a-z]+"', reason: 'a word' };
    expect(explain(difference, asked, [fits])).toBe(fits);
    for (const more of [{ field: 'error' }, { engine: '4' }, { gateway: 'x' }, { requests: 'GET /' }])
      expect(explain(difference, asked, [{ ...fits, ...more }])).toBeUndefined();
  });
});
