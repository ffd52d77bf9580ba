import { afterEach, describe, expect, test } from 'bun:test';
import type { GuardrailHook } from '../../config/index.ts';
import { completion, says } from '../fixtures/scripted-engine.ts';
import { ASK, chat, errorOf, startTestGateway, until } from '../fixtures/test-gateway.ts';
import { rulesOf, type RuleInput } from './fixtures/rules.ts';

type Answer = (body: { readonly input: readonly string[] }, request: Request) => Response | Promise<Response>;

let asked: { readonly input: readonly string[]; readonly requestId: string | null }[] = [];
const services: Bun.Server<undefined>[] = [];
afterEach(async () => {
  asked = [];
  await Promise.all(services.splice(0).map((it) => it.stop(true)));
});

/** A guardrail service. */
function service(answer: Answer): string {
  const server = Bun.serve({
    hostname: '127.0.0.1',
    port: 0,
    async fetch(request) {
      const body: { input: string[] } = JSON.parse(await request.text());
      asked.push({ ...body, requestId: request.headers.get('x-request-id') });
      return answer(body, request);
    },
  });
  services.push(server);
  return `http://127.0.0.1:${server.port}/v1/moderations`;
}

function start(url: string, own: Partial<GuardrailHook> = {}, ...rules: readonly RuleInput[]) {
  const hook: GuardrailHook = {
    url,
    timeoutMs: 2_000,
    onFailure: 'refuse',
    inFlightMax: 8,
    textBytesMax: 10_000,
    pools: undefined,
    tenants: undefined,
    ...own,
  };
  return startTestGateway([says(completion('ok'))], { guardrails: { rules: rulesOf(...rules), hook } });
}

const verdict =
  (flagged: boolean): Answer =>
  () =>
    Response.json({ results: [{ flagged }] });
const counted = async (it: ReturnType<typeof start>): Promise<string[]> =>
  (await it.metrics.registry.metrics()).split('\n').filter((line) => line.startsWith('sswinfer_guardrail_hook_total'));

describe('an outside service', () => {
  test('is told every text of a request, as the rules left it', async () => {
    await using it = start(service(verdict(false)), {}, { pattern: '\\d{16}', replacement: '#' });
    const messages = [
      { role: 'system', content: 'be kind' },
      {
        role: 'user',
        content: [
          { type: 'text', text: 'my card is 4111111111111111' },
          { type: 'image_url', image_url: { url: 'data:image/png;base64,AAAA' } },
        ],
      },
    ];
    const response = await chat(it.url, JSON.stringify({ model: 'heavy', messages }), { 'x-request-id': 'mine' });
    expect(response.status).toBe(200);
    expect(asked).toEqual([{ input: ['be kind', 'my card is #'], requestId: 'mine' }]);
    expect(await counted(it)).toEqual(['sswinfer_guardrail_hook_total{result="passed"} 1']);
  });

  test('refuses what it flags', async () => {
    await using it = start(service(verdict(true)));
    const refused = await chat(it.url, ASK);
    expect([refused.status, await errorOf(refused)]).toMatchObject([400, { code: 'content_policy_violation' }]);
    expect(it.queue.tickets).toHaveLength(0);
    expect(await counted(it)).toEqual(['sswinfer_guardrail_hook_total{result="flagged"} 1']);
  });
});

const NOBODY = 'http://127.0.0.1:1/';
const never: Answer = () => new Promise<Response>(() => undefined);
const failures: [string, () => ReturnType<typeof start>][] = [
  ['unreachable', () => start(NOBODY)],
  ['timed_out', () => start(service(never), { timeoutMs: 50 })],
  ['bad_reply', () => start(service(() => Response.json({ results: [] })))],
  ['bad_reply', () => start(service(() => new Response('{"results":[{"flagged":"no"}]}')))],
  ['bad_reply', () => start(service(() => new Response('busy', { status: 503 })))],
  ['bad_reply', () => start(service(() => new Response(' '.repeat(2_000_000))))],
  ['too_large', () => start(service(verdict(false)), { textBytesMax: 4 })],
  ['unreachable', () => start(service(() => Response.redirect(NOBODY)))],
];

describe('where it cannot judge, the request is refused', () => {
  test.each(failures)('%s', async (result, begin) => {
    await using it = begin();
    const refused = await chat(it.url, ASK);
    expect([refused.status, await errorOf(refused)]).toMatchObject([503, { code: 'guardrail_unavailable' }]);
    expect(refused.headers.get('retry-after-ms')).toBe('2000');
    expect(await counted(it)).toEqual([`sswinfer_guardrail_hook_total{result="${result}"} 1`]);
  });

  test('or passes, where the config says so', async () => {
    await using it = start(NOBODY, { onFailure: 'pass' });
    expect((await chat(it.url, ASK)).status).toBe(200);
    expect(await counted(it)).toEqual(['sswinfer_guardrail_hook_total{result="unreachable"} 1']);
  });

  test('no more are asked about at once than it may be', async () => {
    let letGo = (): void => undefined;
    const held = new Promise<void>((resolve) => (letGo = resolve));
    await using it = start(
      service(async () => {
        await held;
        return Response.json({ results: [{ flagged: false }] });
      }),
      { inFlightMax: 1 },
    );
    const first = chat(it.url, ASK);
    await until(() => asked.length === 1);
    expect((await chat(it.url, ASK)).status).toBe(503);
    letGo();
    expect((await first).status).toBe(200);
    expect(await counted(it)).toEqual([
      'sswinfer_guardrail_hook_total{result="busy"} 1',
      'sswinfer_guardrail_hook_total{result="passed"} 1',
    ]);
  });
});
