import { describe, expect, test } from 'bun:test';
import * as fc from 'fast-check';
import recorded from '../../engine/fixtures/vllm-0.32.0/replies.json';
import { apiOf } from '../api.ts';
import { createTap } from './tap.ts';

/** Streams as vLLM 0.32.0 sent them. */
const streams = recorded.filter(({ contentType }) => contentType.startsWith('text/event-stream'));
const good = streams.filter(({ name }) => !name.includes('dies'));
const broken = streams.filter(({ name }) => name.includes('dies'));
const bodyOf = (name: string) => recorded.find((it) => it.name === name)?.body ?? '';

/** Feeds a tap of that path and tells what passed and how it stands. */
function tapped(
  path: string,
  parts: readonly Uint8Array[],
  shown: { hidesUsage?: boolean; serviceTier?: string } = {},
) {
  const { hidesUsage = false, serviceTier } = shown;
  const tap = createTap({ dialect: apiOf(path).dialect, hidesUsage, serviceTier });
  const passed = parts.map((part) => String(tap.push(part))).join('');
  return { passed, state: tap.state(), usage: tap.usage(), failure: tap.error()?.failure };
}
const whole = (path: string, text: string, shown = {}) => tapped(path, [Buffer.from(text)], shown);

function cut(text: string, offsets: readonly number[]): Buffer[] {
  const bytes = Buffer.from(text);
  const at = [0, ...offsets.map((it) => it % (bytes.length + 1)).toSorted((a, b) => a - b), bytes.length];
  return at.slice(1).map((end, index) => bytes.subarray(at[index], end));
}

describe('a complete stream passes byte for byte, and ends at its mark', () => {
  test.each(good.map(({ name, path, body }) => [name, path, body] as const))('%s', (_, path, body) => {
    expect(whole(path, body)).toMatchObject({ passed: body, state: 'done', failure: undefined });
    const unmarked = body.slice(0, body.trimEnd().lastIndexOf('\n\n') + 2);
    expect(whole(path, unmarked).state).toBe('open');
  });
});

describe('its usage is known', () => {
  test.each([
    ['chat stream usage', { prompt: 13, completion: 3, cached: 0 }],
    ['text stream usage', { prompt: 4, completion: 3, cached: 0 }],
    ['responses stream', { prompt: 13, completion: 4, cached: 0 }],
    ['responses tool stream', { prompt: 198, completion: 60, cached: 128 }],
    ['messages stream', { prompt: 13, completion: 4, cached: 0 }],
  ])('%s', (name, usage) => {
    const { path = '', body = '' } = recorded.find((it) => it.name === name) ?? {};
    expect(whole(path, body).usage).toEqual(usage);
  });
});

describe('an engine that dies breaks its streams: no mark and no word of its own passes', () => {
  test.each(broken.map(({ name, path, body, broke }) => [name, path, body, broke] as const))(
    '%s',
    (_, path, body, broke) => {
      const { passed, state, failure } = whole(path, body);
      expect(state).toBe(broke ? 'open' : 'broken'); // a connection that breaks says nothing
      expect(failure).toBe(broke ? undefined : path === '/v1/messages' ? 'connection_broke' : 'engine_died');
      expect(body.startsWith(passed)).toBe(true);
      expect(passed).not.toMatch(/\[DONE\]|message_stop|response\.completed|event: error|EngineCore/);
    },
  );
});

test('an engine that dies before its first token has shown nothing, whatever it announced', () => {
  const [created = '', inProgress = '', item = ''] = bodyOf('responses stream').split(/(?<=\n\n)/);
  expect(whole('/v1/responses', created + inProgress)).toMatchObject({ passed: '', state: 'open' });
  expect(
    tapped(
      '/v1/responses',
      [created, inProgress, item].map((it) => Buffer.from(it)),
    ).passed,
  ).toBe(created + inProgress + item);
  const failure = 'event: error\ndata: {"type":"error","error":{"message":"EngineCore encountered an issue"}}\n\n';
  expect(whole('/v1/responses', created + failure)).toMatchObject({ passed: '', failure: 'engine_died' });
});

describe('a usage that only we asked for', () => {
  const alike = (text: string) => text.replaceAll(/(chatcmpl|cmpl)-\w+|"created":\d+/g, '_');

  test('is not shown: the stream is as it would be had nobody asked', () => {
    const { passed, usage } = whole('/v1/chat/completions', bodyOf('chat stream usage'), { hidesUsage: true });
    expect(alike(passed)).toBe(alike(bodyOf('chat stream')));
    expect(usage).toEqual({ prompt: 13, completion: 3, cached: 0 });
  });

  test('nor where several choices end', () => {
    const body = bodyOf('chat stream n=2 usage');
    const { passed, state } = whole('/v1/chat/completions', body, { hidesUsage: true });
    expect(passed).not.toContain('"usage"');
    expect(passed.split('\n\n').length).toBe(body.split('\n\n').length - 1);
    expect([passed.split('system_fingerprint').length, state]).toEqual([2, 'done']);
  });

  test('an engine that does not tell it: nothing is missing', () => {
    const body = bodyOf('chat stream');
    expect(whole('/v1/chat/completions', body, { hidesUsage: true }).passed).toBe(body);
  });
});

test('a tier is in every chunk', () => {
  const body = bodyOf('chat stream');
  const { passed } = whole('/v1/chat/completions', body, { serviceTier: 'flex' });
  const chunks: { service_tier: string }[] = passed
    .split('\n\n')
    .filter((it) => it.startsWith('data: {'))
    .map((it) => JSON.parse(it.slice(6)));
  expect(chunks.map((it) => it.service_tier)).toEqual(['flex', 'flex', 'flex']);
  expect(passed.replaceAll('"service_tier":"flex",', '')).toBe(body);
});

test('wherever the bytes are cut, the same comes out', () => {
  const asked = fc.record({ hidesUsage: fc.boolean() });
  fc.assert(
    fc.property(fc.constantFrom(...streams), asked, fc.array(fc.nat(), { maxLength: 30 }), (it, shown, offsets) => {
      const { usage, ...inPieces } = tapped(it.path, cut(it.body, offsets), shown);
      const { usage: wholeUsage, ...atOnce } = whole(it.path, it.body, shown);
      expect(inPieces).toEqual(atOnce);
      if (atOnce.state === 'done') expect(usage).toEqual(wholeUsage);
    }),
  );
});
