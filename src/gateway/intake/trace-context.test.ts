import { describe, expect, test } from 'bun:test';
import { assert, property, string } from 'fast-check';
import { post, rawClient } from '../fixtures/raw-client.ts';
import { completion, fails, says } from '../fixtures/scripted-engine.ts';
import { ASK, startTestGateway, until } from '../fixtures/test-gateway.ts';
import { traceContext } from './trace-context.ts';

const TRACE = '0af7651916cd43dd8448eb211c80319c';
const PARENT = `00-${TRACE}-b7ad6b7169203331-01`;
const told = (headers: readonly (readonly [string, string])[]) =>
  traceContext(new Headers(headers.map(([name, value]): [string, string] => [name, value])));
const withState = (tracestate: string) =>
  told([
    ['traceparent', PARENT],
    ['tracestate', tracestate],
  ])['tracestate'];

describe('a traceparent', () => {
  test.each([PARENT, `00-${TRACE}-b7ad6b7169203331-00`, `00-${TRACE}-b7ad6b7169203331-ff`])('goes on: %s', (value) => {
    expect(told([['traceparent', value]])).toEqual({ traceparent: value });
  });

  test.each([
    ['no trace', `00-${'0'.repeat(32)}-b7ad6b7169203331-01`],
    ['no parent', `00-${TRACE}-${'0'.repeat(16)}-01`],
    ['capitals', PARENT.toUpperCase()],
    ['a version that is forbidden', PARENT.replace('00-', 'ff-')],
    ['a version that nobody here knows', PARENT.replace('00-', '01-')],
    ['more than version 00 has', `${PARENT}-what`],
    ['a short trace', `00-${TRACE.slice(1)}-b7ad6b7169203331-01`],
    ['a long parent', `00-${TRACE}-b7ad6b71692033311-01`],
    ['no flags', PARENT.slice(0, -3)],
    ['nothing', ''],
  ])('is dropped: %s', (_, value) => {
    expect(told([['traceparent', value]])).toEqual({});
  });

  test('that came twice is none', () => {
    expect(
      told([
        ['traceparent', PARENT],
        ['traceparent', PARENT],
      ]),
    ).toEqual({});
  });
});

describe('a tracestate', () => {
  test.each([
    'rojo=00f067aa0ba902b7',
    'rojo=1,congo=t61rcWkgMzE',
    'rojo=1 , \tcongo=2',
    'tenant@vendor=a b',
    '0tenant@vendor=1',
    'a=1,,b=2',
    `${'k'.repeat(256)}=${'v'.repeat(256)}`,
    Array.from({ length: 32 }, (_, index) => `k${index}=v`).join(','),
  ])('goes on: %#', (value) => expect(withState(value)).toBe(value));

  test.each([
    ['no value', 'rojo='],
    ['no key', '=1'],
    ['no member', 'rojo'],
    ['capitals in a key', 'Rojo=1'],
    ['a key that begins with a digit', '0rojo=1'],
    ['two tenants', 'a@b@c=1'],
    ['two values', 'a=b=c'],
    ['a key of 257', `${'k'.repeat(257)}=v`],
    ['a value of 257', `k=${'v'.repeat(257)}`],
    ['33 members', Array.from({ length: 33 }, (_, index) => `k${index}=v`).join(',')],
    ['letters beyond ASCII', 'rojo=caf\xe9'],
    ['nothing', ''],
    ['one good, one bad', 'rojo=1,Congo=2'],
  ])('is dropped, alone: %s', (_, value) => {
    expect(
      told([
        ['traceparent', PARENT],
        ['tracestate', value],
      ]),
    ).toEqual({ traceparent: PARENT });
  });

  test('that came in several lines is one list', () => {
    expect(
      told([
        ['traceparent', PARENT],
        ['tracestate', 'a=1'],
        ['tracestate', 'b=2'],
      ])['tracestate'],
    ).toBe('a=1, b=2');
  });

  test('without a traceparent that counts says nothing', () => {
    expect(told([['tracestate', 'rojo=1']])).toEqual({});
    expect(
      told([
        ['traceparent', 'rubbish'],
        ['tracestate', 'rojo=1'],
      ]),
    ).toEqual({});
  });
});

test('whatever is said, what goes on may stand in a header', () => {
  assert(
    property(string({ unit: 'binary-ascii' }), string({ unit: 'binary-ascii' }), (parent, state) => {
      const said = new Headers({ traceparent: PARENT });
      for (const [name, value] of [
        ['traceparent', parent],
        ['tracestate', state],
      ] as const) {
        try {
          said.append(name, value);
        } catch {
          // a server would have refused it
        }
      }
      for (const value of Object.values(traceContext(said))) expect(value).toMatch(/^[\x20-\x7e\t]+$/);
    }),
  );
});

test('an engine is told of the trace that a request is part of, and of no other header', async () => {
  await using it = startTestGateway([says(completion('hi'))]);
  const trace = `traceparent: ${PARENT}\r\ntracestate: rojo=1\r\ntracestate: congo=2\r\nbaggage: user=1\r\ncookie: a=b\r\n`;
  using client = rawClient(it.gateway.port, post('/v1/chat/completions', ASK, trace));
  await until(() => client.received().includes('200 OK') && it.queue.sent.length === 1);
  expect(it.queue.sent[0]?.headers).toEqual({
    'content-type': 'application/json',
    accept: '*/*',
    'x-request-id': expect.any(String),
    traceparent: PARENT,
    tracestate: 'rojo=1, congo=2',
  });
});

test('an engine that is asked a second time is told again', async () => {
  await using it = startTestGateway([fails('reset'), says(completion('hi'))]);
  await fetch(`${it.url}/v1/chat/completions`, { method: 'POST', body: ASK, headers: { traceparent: PARENT } });
  expect(it.queue.sent.map(({ headers }) => headers['traceparent'])).toEqual([PARENT, PARENT]);
});
