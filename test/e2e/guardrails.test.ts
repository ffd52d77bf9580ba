import { afterAll, beforeAll, describe, expect, test } from 'bun:test';
import OpenAI from 'openai';
import { FAST_LIMITS, startNode, type TestNode } from '../support/node.ts';
import { until } from '../support/wait.ts';

const CONFIG = (hook: string) => `
gateway: { port: 0, tenant_header: x-tenant }
pools:
  light: { model: sim/light-8b, max_model_len: 8192, args: { sim-start-s: 0.2, sim-speed: 20 } }
replicas: [{ name: light-0, pool: light }]
guardrails:
  rules:
    - { name: vowels, pattern: '[aeiou]', action: redact, replacement: '*', tenants: [redacted] }
    - { name: anything, pattern: '.', action: refuse, applies_to: [response], tenants: [refused] }
    - { name: falcon, words: [project falcon], action: refuse, applies_to: [request] }
    - { name: seen, words: [hello], action: flag, applies_to: [request] }
  hook: { url: '${hook}', tenants: [asked] }
${FAST_LIMITS}`;
/** The longest a node may take to go, killed after 20 s. */
const STOP_MS_MAX = 30_000;

let node: TestNode;
let service: Bun.Server<undefined>;
beforeAll(async () => {
  service = Bun.serve({
    hostname: '127.0.0.1',
    port: 0,
    async fetch(request) {
      const text = await request.text();
      return Response.json({ results: [{ flagged: text.includes('forbidden') }] });
    },
  });
  node = await startNode(CONFIG(`http://127.0.0.1:${service.port}/v1/moderations`));
  await node.allReady();
}, STOP_MS_MAX);
afterAll(async () => {
  await node[Symbol.asyncDispose]();
  await service.stop(true);
}, STOP_MS_MAX);

const clientOf = async (tenant: string): Promise<OpenAI> =>
  new OpenAI({
    baseURL: `${await node.url()}/v1`,
    apiKey: 'none',
    maxRetries: 0,
    defaultHeaders: { 'x-tenant': tenant },
  });
const asking = (content: string) => ({
  model: 'light',
  max_tokens: 40,
  messages: [{ role: 'user' as const, content }],
});

/** What a stream came to. */
async function streamed(tenant: string): Promise<{ text: string; finish: string | null | undefined }> {
  const client = await clientOf(tenant);
  let text = '';
  let finish: string | null | undefined;
  for await (const { choices } of await client.chat.completions.create({ ...asking('tell'), stream: true })) {
    text += choices[0]?.delta.content ?? '';
    finish = choices[0]?.finish_reason ?? finish;
  }
  return { text, finish };
}

describe('an official client', () => {
  test('reads redacted answers, whole and as a stream', async () => {
    const client = await clientOf('redacted');
    const plain = await (await clientOf('plain')).chat.completions.create(asking('tell'));
    expect(plain.choices[0]?.message.content).toMatch(/[aeiou]/);
    const whole = await client.chat.completions.create(asking('tell'));
    expect(whole.choices[0]?.message.content).not.toMatch(/[aeiou]/);
    const { text, finish } = await streamed('redacted');
    expect(text).toContain('*');
    expect(text).not.toMatch(/[aeiou]/);
    expect(finish).toBe('length');
  });

  test('sees the end that a rule makes', async () => {
    const whole = await (await clientOf('refused')).chat.completions.create(asking('tell'));
    expect(whole.choices[0]).toMatchObject({ finish_reason: 'content_filter', message: { content: '' } });
    expect(await streamed('refused')).toEqual({ text: '', finish: 'content_filter' });
    await until('the engine has nothing to do', async () => (await node.replica('light-0')).in_flight === 0);
  });

  test('is told of a refused request', async () => {
    const client = await clientOf('plain');
    const refused = client.chat.completions.create(asking('about Project Falcon'));
    expect(await refused.catch((error: unknown) => error)).toMatchObject({
      status: 400,
      code: 'content_policy_violation',
    });
  });

  test('is told what an outside service decided', async () => {
    const client = await clientOf('asked');
    expect((await client.chat.completions.create(asking('fine'))).choices).toHaveLength(1);
    const refused = client.chat.completions.create(asking('something forbidden'));
    expect(await refused.catch((error: unknown) => error)).toMatchObject({
      status: 400,
      code: 'content_policy_violation',
    });
  });
});

test('what is flagged is counted and logged, without its text', async () => {
  const client = await clientOf('plain');
  await client.chat.completions.create(asking('Hello, my secret is 12345'));
  const metrics = await (await fetch(`${await node.url()}/metrics`)).text();
  expect(metrics).toMatch(/sswinfer_guardrail_matches_total\{rule="seen",action="flag",on="request"\} \d+/);
  await until('it is in the log', () => node.log().includes('"rule":"seen"'));
  expect(node.log()).not.toContain('12345');
});
