import { afterEach, describe, expect, test } from 'bun:test';
import { readFileSync } from 'node:fs';
import { connect, type Socket } from 'node:net';
import { FAST_LIMITS, startNode, type TestNode } from '../support/node.ts';
import { until } from '../support/wait.ts';

/** A token of a request that runs alone. */
const STEP_MS = 10;
const ONE_ENGINE = `
pools: { light: { model: sim/light, max_model_len: 8192, args: { sim-start-s: 0.2, sim-decode-step-ms: ${STEP_MS}, max-num-seqs: 1 } } }
replicas: [{ name: light-0, pool: light, gpu: 0 }]
queue: { max_depth: 2, max_wait_s: 60 }
`;

/** The longest a node may take to go, killed after 20 s. */
const STOP_MS_MAX = 30_000;
let started: TestNode | undefined;
afterEach(async () => {
  await started?.[Symbol.asyncDispose]();
  started = undefined;
}, STOP_MS_MAX);

const start = async (config: string) => {
  const node = await startNode(config);
  started = node;
  await node.allReady();
  return { node, url: await node.url() };
};

interface Wish {
  readonly signal?: AbortSignal;
  readonly headers?: Record<string, string>;
  readonly stream?: boolean;
  readonly model?: string;
}
const ask = (tokens: number, { stream = true, model = 'light' }: Wish = {}) =>
  JSON.stringify({
    model,
    stream,
    ...(stream ? { stream_options: { include_usage: true } } : {}),
    max_tokens: tokens,
    ignore_eos: true,
    messages: [{ role: 'user', content: 'Hello' }],
  });
const post = (url: string, body: string, { signal, headers = {} }: Wish = {}) =>
  fetch(`${url}/v1/chat/completions`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
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

describe('a client that leaves stops the engine', () => {
  /** The promise is 50 ms; as much again for asking the engine. A busy machine may miss it: the best try counts. */
  const TOKENS_AFTER_MAX = 100 / STEP_MS;
  const TRIES = 3;

  test.each([
    ['mid-stream', true],
    ['before the headers of a plain reply', false],
  ])(
    '%s',
    async (_, stream) => {
      const { node, url } = await start(ONE_ENGINE + FAST_LIMITS);
      const after: number[] = [];
      for (let round = 1; round <= TRIES; round += 1) {
        const leaver = new AbortController();
        const reply = post(url, ask(8000, { stream }), { signal: leaver.signal }).catch(() => undefined);
        await until('tokens flow', async () => (await engine(node)).running === 1);
        if (stream) await (await reply)?.body?.getReader().read();
        const { tokens } = await engine(node);
        leaver.abort();
        await until('the engine is free', async () => (await engine(node)).running === 0, 2000);
        await Bun.sleep(STEP_MS); // the step that runs is finished and counted
        const { tokens: atLast } = await engine(node);
        after.push(atLast - tokens);
        await Bun.sleep(20 * STEP_MS); // that a count stands still can only be watched
        expect(await engine(node)).toEqual({ running: 0, tokens: atLast });
      }
      expect(Math.min(...after)).toBeLessThanOrEqual(TOKENS_AFTER_MAX);
      expect(Math.max(...after)).toBeLessThan(1000 / STEP_MS);
    },
    60_000,
  );
});

describe('clients that do not read a long stream', () => {
  const CLIENTS = 50;
  const TOKENS = 2000;
  /** Every event carries the model's real name: a long one makes 16 MB of 2,000 tokens, more than sockets hold. */
  const NAME_CHARACTERS = 8000;
  /** An eighth of what the engine has to say. Like vLLM it says it in larger events to who reads late. */
  const MEMORY_GROWTH_BYTES_MAX = (CLIENTS * TOKENS * NAME_CHARACTERS) / 8;
  const READ_BYTES_MIN = 2_000_000;
  const FAST_ENGINE = `
gateway: { port: 0, slow_client_timeout_s: 120 }
pools:
  light:
    model: sim/light
    served_name: ${'x'.repeat(NAME_CHARACTERS)}
    max_model_len: 8192
    args: { sim-start-s: 0.2, sim-speed: 10, sim-kv-tokens: 1000000, max-num-seqs: ${CLIENTS} }
replicas: [{ name: light-0, pool: light, gpu: 0 }]
`;

  test('cost this server little, and get everything once they read', async () => {
    const { node, url } = await start(FAST_ENGINE + FAST_LIMITS);
    const whole = contentIn(await (await post(url, ask(TOKENS))).text());
    expect(whole.length).toBeGreaterThan(TOKENS);
    const before = residentBytes(node.pid);
    const clients = Array.from({ length: CLIENTS }, () => pausedClient(url, ask(TOKENS)));
    try {
      await until('all run', async () => (await engine(node)).running === CLIENTS);
      let most = 0;
      await until(
        'the engine has said everything',
        async () => {
          most = Math.max(most, residentBytes(node.pid));
          return (await engine(node)).running === 0;
        },
        60_000,
      );
      expect((await node.replica('light-0')).in_flight).toBe(CLIENTS); // held back here, not in their sockets
      expect(most - before).toBeLessThan(MEMORY_GROWTH_BYTES_MAX);

      for (const client of clients) {
        const text = await client.readAll();
        expect(text.length).toBeGreaterThan(READ_BYTES_MIN);
        expect(text).toContain(`"completion_tokens":${TOKENS}`);
        expect(text.endsWith('data: [DONE]\n\n')).toBe(true);
        expect(contentIn(text) === whole).toBe(true); // not toBe: a failure would print megabytes
      }
      await until('nothing runs', async () => (await node.replica('light-0')).in_flight === 0, 2000);
    } finally {
      for (const client of clients) client.socket.destroy();
    }
  }, 120_000);

  const residentBytes = (pid: number): number =>
    Number(/^VmRSS:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]) * 1024;
});

test('each request is counted once, by what became of it', async () => {
  const { node, url } = await start(ONE_ENGINE + FAST_LIMITS);
  const waiting = async () => (await node.status()).pools[0]?.waiting;
  let sent = 0;
  const send = (tokens: number, wish: Wish = {}) => {
    sent += 1;
    return post(url, ask(tokens, wish), wish);
  };
  const held: (Response | undefined)[] = []; // a response that nobody holds is collected, and its connection closed
  const begun = async (response: Promise<Response>) => {
    held.push(await response);
    await held.at(-1)?.body?.getReader().read();
  };
  const leaver = new AbortController();

  await begun(send(8000, { signal: leaver.signal })); // it holds the engine
  expect((await send(4, { headers: { 'x-ssw-deadline-ms': '200' } })).status).toBe(503);
  const impatient = new AbortController();
  const left = send(4, { signal: impatient.signal }).catch(() => 'left' as const);
  await until('it waits', async () => (await waiting()) === 1);
  impatient.abort();
  expect(await left).toBe('left');
  await until('it has left the line', async () => (await waiting()) === 0);

  const patient = [send(4), send(4, { stream: false })];
  await until('the line is full', async () => (await waiting()) === 2);
  expect((await send(4)).status).toBe(503);
  expect((await send(4, { model: 'nope' })).status).toBe(404);
  leaver.abort();
  for (const reply of patient) expect(await (await reply).text()).toMatch(/"completion_tokens":4/);
  expect((await send(100_000)).status).toBe(400); // more than the context: the engine says so

  const broken = await send(8000);
  const { pid } = await node.replica('light-0');
  if (pid === null) throw new Error('light-0 has no process');
  process.kill(pid, 'SIGKILL');
  expect(await broken.text()).toContain('"code":"engine_failed"');

  const cut = pausedClient(url, ask(4), 'half');
  sent += 1;
  await until('its bytes are out', () => cut.socket.bytesWritten > 0 && cut.socket.writableLength === 0);
  await fetch(`${url}/health`);
  cut.socket.destroy();

  const outcomes = {
    completed: 2,
    client_gone: 3, // mid-stream, in line, while it sent
    queue_timeout: 1,
    server_overloaded: 1,
    model_not_found: 1,
    engine_error: 1,
    engine_failed: 1,
  };
  await until('all are counted', async () => sum(await counted(url)) >= sent, 5000);
  expect(await counted(url)).toEqual(outcomes);
  expect(sum(outcomes)).toBe(sent);
  expect(held).toHaveLength(1);
}, 60_000);

/** Requests by outcome, over all pools, as `/metrics` has them. */
async function counted(url: string): Promise<Record<string, number>> {
  const text = await (await fetch(`${url}/metrics`)).text();
  const found = text.matchAll(/^sswinfer_requests_total\{(?:pool="[^"]*",)?outcome="([^"]*)"\} (\d+)$/gm);
  const all: Record<string, number> = {};
  for (const [, outcome = '', count] of found) all[outcome] = (all[outcome] ?? 0) + Number(count);
  return all;
}

const sum = (counts: Record<string, number>): number => Object.values(counts).reduce((a, b) => a + b, 0);

/** A client that sends its request, or half of it, and does not read until it is told to. */
function pausedClient(url: string, body: string, part: 'whole' | 'half' = 'whole') {
  const { hostname, port } = new URL(url);
  const socket: Socket = connect(Number(port), hostname);
  socket.pause();
  socket.on('error', () => undefined); // the end of the bytes tells
  const head = `host: x\r\nconnection: close\r\ncontent-type: application/json\r\ncontent-length: ${body.length}`;
  const text = `POST /v1/chat/completions HTTP/1.1\r\n${head}\r\n\r\n${body}`;
  socket.write(part === 'whole' ? text : text.slice(0, -5));
  /** Reads to the end; the chunked body put together. */
  const readAll = (): Promise<string> =>
    new Promise((resolve) => {
      const pieces: Buffer[] = [];
      socket.on('data', (data: Buffer) => pieces.push(data));
      socket.on('close', () => resolve(dechunk(Buffer.concat(pieces))));
      socket.resume();
    });
  return { socket, readAll };
}

/** What the model said, its pieces put together; the seed and the prompt decide it. */
const contentIn = (stream: string): string =>
  Array.from(stream.matchAll(/"content":"((?:[^"\\]|\\.)*)"/g), ([, piece = '']) => piece).join('');

/** The body of a chunked response (RFC 9112 §7.1). */
function dechunk(response: Buffer): string {
  const pieces: string[] = [];
  let at = response.indexOf('\r\n\r\n') + 4;
  for (;;) {
    const lineEnd = response.indexOf('\r\n', at);
    const size = Number.parseInt(response.toString('latin1', at, lineEnd), 16);
    if (!(size > 0)) return pieces.join('');
    pieces.push(response.toString('utf8', lineEnd + 2, lineEnd + 2 + size));
    at = lineEnd + 2 + size + 2;
  }
}
