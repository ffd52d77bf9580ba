import { afterEach, describe, expect, test } from 'bun:test';
import { startRedis } from '../../src/queue/fixtures/redis-server.ts';
import { FAST_LIMITS, startNode, type TestNode } from '../support/node.ts';
import { until } from '../support/wait.ts';

/** A token of a request that runs alone. */
const STEP_MS = 10;
const ONE_ENGINE = `
pools: { light: { model: sim/light, max_model_len: 8192, args: { sim-start-s: 0.2, sim-decode-step-ms: ${STEP_MS}, max-num-seqs: 1 } } }
replicas: [{ name: light-0, pool: light, gpu: 0 }]
queue: { max_wait_s: 60 }
`;
const LONG_TOKENS = 200;
/** The longest a node may take to go, killed after 20 s. */
const STOP_MS_MAX = 30_000;
/** A node that has said nothing so long is dead to the others, and a little more. */
const DEAD_MS_MAX = 15_000;

const ends: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const end of ends.splice(0).toReversed()) await end();
}, 2 * STOP_MS_MAX);

async function start(config = ''): Promise<{ node: TestNode; url: string }> {
  const node = await startNode(ONE_ENGINE + FAST_LIMITS + config);
  ends.push(async () => {
    await node[Symbol.asyncDispose]();
  });
  await node.allReady();
  return { node, url: await node.url() };
}

const ask = (tokens: number, { stream = true, content = 'Hello' } = {}) =>
  JSON.stringify({
    model: 'light',
    stream,
    max_tokens: tokens,
    ignore_eos: true,
    messages: [{ role: 'user', content }],
  });

interface Wish {
  readonly signal?: AbortSignal;
  readonly headers?: Record<string, string>;
}
const post = (url: string, key: string, body: string, { signal, headers = {} }: Wish = {}) =>
  fetch(`${url}/v1/chat/completions`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', 'idempotency-key': key, ...headers },
    body,
    ...(signal === undefined ? {} : { signal }),
  });

/** What the engine says of itself, asked past the gateway. */
const engine = async (node: TestNode) => {
  const reply = await fetch('http://engine/metrics', { unix: `${node.directory}/run/light-0.sock` });
  const text = await reply.text();
  const value = (name: string) => Number(new RegExp(`^vllm:${name}\\{[^}]*\\} (\\S+)$`, 'm').exec(text)?.[1]);
  return { running: value('num_requests_running'), tokens: value('generation_tokens_total') };
};

/** Long requests that were run, on all of them. Probes make a token now and then. */
async function executions(...nodes: readonly TestNode[]): Promise<number> {
  const all = await Promise.all(nodes.map(engine));
  return Math.floor(all.reduce((sum, { tokens }) => sum + tokens, 0) / LONG_TOKENS);
}

const codeIn = async (reply: Response): Promise<[number, string | undefined]> => [
  reply.status,
  /"code":"([a-z_]+)"/.exec(await reply.text())?.[1],
];
const wasReplayed = (reply: Response): boolean => reply.headers.get('idempotent-replayed') === 'true';

describe('one key, one execution', () => {
  test.each([
    ['as a stream', true],
    ['as a whole', false],
  ])(
    'of two who ask at once, %s, both get the same bytes',
    async (_, stream) => {
      const { node, url } = await start();
      const body = ask(LONG_TOKENS, { stream });
      const replies = await Promise.all([post(url, 'twice', body), post(url, 'twice', body)]);
      const texts = await Promise.all(replies.map((it) => it.text()));
      expect(replies.map((it) => it.status)).toEqual([200, 200]);
      expect(new Set(texts).size).toBe(1);
      expect(await executions(node)).toBe(1);
      const again = await post(url, 'twice', body);
      expect(wasReplayed(again)).toBe(true);
      expect(again.headers.get('content-type')).toBe(replies[0]?.headers.get('content-type') ?? '');
      expect(await again.text()).toBe(texts[0] ?? '');
      expect(await executions(node)).toBe(1);
    },
    60_000,
  );

  test('its client leaves: it goes on, and who asks again gets it from the first byte', async () => {
    const { node, url } = await start();
    const body = ask(LONG_TOKENS);
    const leaver = new AbortController();
    const first = await post(url, 'left', body, { signal: leaver.signal });
    await first.body?.getReader().read();
    leaver.abort();
    const attached = await post(url, 'left', body);
    const text = await attached.text();
    expect(text).toStartWith('data: ');
    expect(text).toContain('"role":"assistant"');
    expect(text).toEndWith('data: [DONE]\n\n');
    const again = await post(url, 'left', body);
    expect(wasReplayed(again)).toBe(true);
    expect(await again.text()).toBe(text);
    expect(await executions(node)).toBe(1);
  }, 60_000);

  test('its client leaves while it waits: it keeps its place and runs', async () => {
    const { node, url } = await start();
    const holder = post(url, 'holder', ask(LONG_TOKENS));
    await until('the engine is busy', async () => (await engine(node)).running === 1);
    const leaver = new AbortController();
    const body = ask(LONG_TOKENS, { stream: false });
    const left = post(url, 'waits', body, { signal: leaver.signal }).catch(() => 'left' as const);
    await until('it waits', async () => (await node.status()).pools[0]?.waiting === 1);
    leaver.abort();
    expect(await left).toBe('left');
    await (await holder).text();
    await until('both have run', async () => (await executions(node)) === 2);
    const again = await post(url, 'waits', body);
    expect(await again.text()).toContain(`"completion_tokens":${LONG_TOKENS}`);
    expect(await executions(node)).toBe(2);
  }, 60_000);

  test('with two keys equal requests are two', async () => {
    const { node, url } = await start();
    const body = ask(LONG_TOKENS, { stream: false });
    const replies = await Promise.all([post(url, 'a', body), post(url, 'b', body)]);
    for (const it of replies) expect(await it.text()).toContain(`"completion_tokens":${LONG_TOKENS}`);
    expect(await executions(node)).toBe(2);
  }, 60_000);
});

describe('what a client is told', () => {
  test('422 for another body; 409 while it runs, where it asks for that', async () => {
    const { url } = await start();
    const body = ask(LONG_TOKENS);
    const first = await post(url, 'k', body);
    const conflict = { headers: { 'ssw-idempotency': 'conflict' } };
    expect(await codeIn(await post(url, 'k', ask(LONG_TOKENS, { content: 'Bye' })))).toEqual([
      422,
      'idempotency_mismatch',
    ]);
    expect(await codeIn(await post(url, 'k', body, conflict))).toEqual([409, 'idempotency_conflict']);
    const text = await first.text();
    await until('it is kept', async () => wasReplayed(await post(url, 'k', body, conflict)));
    expect(await (await post(url, 'k', body, conflict)).text()).toBe(text);
    expect(await codeIn(await post(url, 'k', ask(4)))).toEqual([422, 'idempotency_mismatch']);
  }, 60_000);

  test("an engine's no is kept; a refusal is not", async () => {
    const { node, url } = await start();
    const tooLong = ask(100_000, { stream: false });
    const [no, again] = [await post(url, 'no', tooLong), await post(url, 'no', tooLong)];
    expect([no.status, again.status, wasReplayed(again)]).toEqual([400, 400, true]);
    expect(await again.text()).toBe(await no.text());

    const holder = post(url, 'holder', ask(LONG_TOKENS));
    await until('the engine is busy', async () => (await engine(node)).running === 1);
    const body = ask(4, { stream: false });
    const refused = await post(url, 'hasty', body, { headers: { 'x-ssw-deadline-ms': '200' } });
    expect(refused.status).toBe(503);
    await (await holder).text();
    expect(await (await post(url, 'hasty', body)).text()).toContain('"completion_tokens":4');
  }, 60_000);

  test('an engine that dies is not kept: those attached see it, and who asks again has it run afresh', async () => {
    const { node, url } = await start();
    const body = ask(8000);
    const first = await post(url, 'dies', body);
    const attached = await post(url, 'dies', body);
    const { pid } = await node.replica('light-0');
    if (pid === null) throw new Error('light-0 has no process');
    await until('tokens flow', async () => (await engine(node)).tokens > 10);
    process.kill(pid, 'SIGKILL');
    for (const it of [first, attached]) expect(await it.text()).toContain('"code":"engine_failed"');
    await node.allReady();
    const leaver = new AbortController();
    const again = await post(url, 'dies', body, { signal: leaver.signal });
    expect([again.status, wasReplayed(again)]).toEqual([200, false]);
    leaver.abort();
  }, 60_000);
});

describe('two nodes on one Redis', () => {
  async function startTwo() {
    const redis = await startRedis();
    ends.push(() => redis.remove());
    const on = (name: string) => start(`node: { name: ${name} }\nredis: { url: "unix://${redis.socketPath}" }\n`);
    return [await on('one'), await on('two')] as const;
  }

  test('of two who ask at once, one on each, both get the same bytes of one execution', async () => {
    const nodes = await startTwo();
    const body = ask(LONG_TOKENS);
    const replies = await Promise.all(nodes.map(({ url }) => post(url, 'both', body)));
    const texts = await Promise.all(replies.map((it) => it.text()));
    expect(texts[0]).toEndWith('data: [DONE]\n\n');
    expect(new Set(texts).size).toBe(1);
    expect(await executions(...nodes.map(({ node }) => node))).toBe(1);
    const again = await Promise.all(nodes.map(({ url }) => post(url, 'both', body)));
    expect(again.map(wasReplayed)).toEqual([true, true]);
    for (const it of again) expect(await it.text()).toBe(texts[0] ?? '');
  }, 90_000);

  test('a node dies: those attached elsewhere are told, and who asks again has it run there', async () => {
    const [one, two] = await startTwo();
    const body = ask(500);
    const first = post(one.url, 'orphan', body)
      .then((it) => it.text())
      .catch(() => 'broken');
    await until('it runs', async () =>
      (await Promise.all([engine(one.node), engine(two.node)])).some(({ running }) => running === 1),
    );
    const attached = await post(two.url, 'orphan', body);
    await attached.body?.getReader().read();
    one.node.signal('SIGKILL');
    await first;
    const again = await post(two.url, 'orphan', body); // attaches to the dead one's, or takes it over
    const text = await again.text();
    if (!text.endsWith('data: [DONE]\n\n')) expect(text).toContain('"error"');
    await until(
      'it is answered',
      async () => (await (await post(two.url, 'orphan', body)).text()).endsWith('data: [DONE]\n\n'),
      DEAD_MS_MAX + 30_000,
    );
    expect(wasReplayed(await post(two.url, 'orphan', body))).toBe(true);
  }, 120_000);
});
