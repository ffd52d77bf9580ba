import { afterEach, describe, expect, test } from 'bun:test';
import { readFileSync } from 'node:fs';
import http from 'node:http';
import { join } from 'node:path';
import { FAST_LIMITS, runBinary, startNode, type TestNode } from '../support/node.ts';
import { until } from '../support/wait.ts';

/** One simulated replica; `flags` set how it behaves. */
const one = (flags: string) => `
pools: { light: { model: sim/light, max_model_len: 8192, args: { sim-start-s: 0.2, ${flags} } } }
replicas: [{ name: light-0, pool: light, gpu: 0 }]
`;
const body = (tokens: number, stream = true) =>
  JSON.stringify({
    model: 'light',
    stream,
    max_tokens: tokens,
    ignore_eos: true,
    messages: [{ role: 'user', content: 'Hello' }],
  });

/** node:http, because fetch itself runs at most 256 requests at once. */
function post(url: string, text: string): Promise<{ status: number; text: string }> {
  return new Promise((resolve, reject) => {
    const request = http.request(
      `${url}/v1/chat/completions`,
      { method: 'POST', agent: false, headers: { 'content-type': 'application/json' } },
      (response) => {
        let received = '';
        response.on('data', (chunk: Buffer) => (received += chunk.toString()));
        response.on('end', () => resolve({ status: response.statusCode ?? 0, text: received }));
        response.on('error', reject);
      },
    );
    request.on('error', reject);
    request.end(text);
  });
}

describe('what Bun does to a server like this one, and does not do to us', () => {
  let started: TestNode | undefined;
  const start = async (flags: string, env: Record<string, string> = {}, more = '') => {
    const node = await startNode(one(flags) + FAST_LIMITS.replace('stall_after_s: 2', 'stall_after_s: 60') + more, env);
    started = node;
    await node.allReady();
    return { node, url: await node.url() };
  };
  afterEach(async () => {
    await started?.[Symbol.asyncDispose]();
    started = undefined;
  });

  test('fetch runs 256 requests at once and queues the rest silently: 400 streams run side by side here', async () => {
    const { node, url } = await start(
      'sim-speed: 1, max-num-seqs: 512, sim-kv-tokens: 1000000, sim-decode-step-ms: 60',
    );
    const streams = Array.from({ length: 400 }, () => post(url, body(100)));
    await until('all run at once', async () => (await node.replica('light-0')).in_flight === 400);
    const ended = await Promise.all(streams);
    expect(ended.filter((it) => it.status !== 200 || !it.text.trimEnd().endsWith('data: [DONE]'))).toEqual([]);
  });

  test('fetch gives up after five minutes without bytes: with its limit turned down to 1 s, 4 s of silence still end well', async () => {
    const { url } = await start('sim-speed: 1, sim-prefill-tokens-per-s: 3', { BUN_CONFIG_HTTP_IDLE_TIMEOUT: '1' });
    const began = performance.now();
    const reply = await post(url, body(2, false));
    expect(performance.now() - began).toBeGreaterThan(3000);
    expect(reply.status).toBe(200);
  });

  test('Bun.serve cuts connections after 10 s of silence: 12 s before the first byte of a stream are fine', async () => {
    const { url } = await start('sim-speed: 1, sim-prefill-tokens-per-s: 1');
    const began = performance.now();
    const reply = await post(url, body(2));
    expect(performance.now() - began).toBeGreaterThan(11_000);
    expect(reply.text.trimEnd()).toEndWith('data: [DONE]');
  }, 60_000);

  test('a compiled server shows development error pages: here every odd request gets a JSON error', async () => {
    const { url } = await start('sim-speed: 20');
    for (const path of ['/v1/models/%E0%A4%A', '/%', '/v1/chat/completions?x=%', '/index.html', '/__bun/x']) {
      const response = await fetch(`${url}${path}`);
      expect(response.headers.get('content-type')).toStartWith('application/json');
      expect(await response.json()).toMatchObject({ error: { message: expect.any(String), code: expect.any(String) } });
    }
  });

  test('pino transports need workers: the log of the compiled binary is one JSON object a line', async () => {
    const { node } = await start('sim-speed: 20');
    const lines = node.log().trim().split('\n');
    expect(lines.length).toBeGreaterThan(3);
    for (const line of lines)
      expect(JSON.parse(line)).toMatchObject({ level: expect.any(Number), msg: expect.any(String) });
  });

  test('children inherit systemd’s variables: an engine’s environment has none, and no secret', async () => {
    const { node } = await start('sim-speed: 20', {
      WATCHDOG_USEC: '60000000',
      CREDENTIALS_DIRECTORY: '/run/credentials',
      OPENAI_API_KEY: 'sk-secret',
      BUN_OPTIONS: '',
    });
    const { pid } = await node.replica('light-0');
    const environment = readFileSync(`/proc/${pid}/environ`, 'utf8');
    expect(environment).toContain('CUDA_VISIBLE_DEVICES=0');
    expect(environment).not.toMatch(/NOTIFY_SOCKET|WATCHDOG_|CREDENTIALS_DIRECTORY|sk-secret|BUN_/);
  });
});

describe('what a compiled binary reads from the directory it runs in', () => {
  test('neither .env nor bunfig.toml', async () => {
    await using node = await startNode(one('sim-speed: 20') + FAST_LIMITS);
    const here = node.directory;
    await Bun.write(join(here, '.env'), `SSW_CONFIG=${join(here, 'from-dotenv.yaml')}\n`);
    await Bun.write(join(here, 'bunfig.toml'), 'preload = ["./preload.ts"]\n');
    await Bun.write(join(here, 'preload.ts'), `require('node:fs').writeFileSync('${join(here, 'preloaded')}', '');\n`);
    const { err } = await runBinary(['check'], here);
    expect(err).toContain('/etc/ssw-infer/replicas.yaml');
    expect(err).not.toContain('from-dotenv');
    expect(await Bun.file(join(here, 'preloaded')).exists()).toBe(false);
  });
});
