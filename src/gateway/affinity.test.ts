import { expect, test } from 'bun:test';
import { affinityOf } from './affinity.ts';

const promptMember = 'messages';
const SYSTEM = 'You are a careful engineer. '.repeat(100);
const body = (text: string, extra = '"model":"heavy"') => Buffer.from(`{${extra},"messages":[{"content":"${text}"}]}`);
const request = { tenant: 'a', session: null, promptMember, body: body('hi') };

test('a session names its requests, whatever they say', () => {
  const first = affinityOf({ ...request, session: 's-1' });
  expect(first).toBeString();
  expect(affinityOf({ ...request, session: 's-1', body: body(SYSTEM) })).toBe(first);
  expect(affinityOf({ ...request, session: 's-2' })).not.toBe(first);
});

test('else the beginning of a long prompt, wherever it stands in the body', () => {
  const first = affinityOf({ ...request, body: body(`${SYSTEM} one`) });
  expect(first).toBeString();
  expect(affinityOf({ ...request, body: body(`${SYSTEM} two`, '"temperature":0.5,"model":"big"') })).toBe(first);
  expect(affinityOf({ ...request, body: body(`Not ${SYSTEM} one`) })).not.toBe(first);
});

test('a conversation keeps its name while it grows', () => {
  const short = 'x'.repeat(1100);
  const turns = [short, `${short} more`, `${short} more and more`].map((it) =>
    affinityOf({ ...request, body: body(it) }),
  );
  expect(new Set(turns).size).toBe(1);
  const long = [SYSTEM, SYSTEM + SYSTEM].map((it) => affinityOf({ ...request, body: body(it) }));
  expect(new Set(long).size).toBe(1);
});

test('nobody shares one with another tenant', () => {
  const long = { ...request, body: body(SYSTEM) };
  expect(affinityOf({ ...long, tenant: 'b' })).not.toBe(affinityOf(long));
  const session = { ...request, session: 's' };
  expect(affinityOf({ ...session, tenant: 'b' })).not.toBe(affinityOf(session));
});

test.each([
  ['a small prompt', request],
  ['an empty session', { ...request, session: '' }],
  ['a body without a prompt', { ...request, body: Buffer.from(`{"input":"${SYSTEM}"}`) }],
])('%s has none', (_, it) => {
  expect(affinityOf(it)).toBeUndefined();
});

test('a completion has a prompt instead of messages', () => {
  const prompt = Buffer.from(`{"model":"heavy","prompt":"${SYSTEM}"}`);
  expect(affinityOf({ ...request, promptMember: 'prompt', body: prompt })).toBeString();
});
