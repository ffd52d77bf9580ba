import { afterEach, expect, test } from 'bun:test';
import { readFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { BINARY, FAST_LIMITS, startNode, type TestNode } from '../support/node.ts';

const MODEL = 'Qwen/Qwen2.5-14B-Instruct-AWQ';
const page = readFileSync(join(import.meta.dir, '../../docs/migration.md'), 'utf8');
const [beside = '', both = '', alone = ''] = [
  ...page.matchAll(/^ {4}# \/etc\/ssw-infer\/replicas\.yaml\n((?: {4}.*\n)+)/gm),
].map(([, block = '']) => block.replaceAll(/^ {4}/gm, ''));

let node: TestNode | undefined;
let old: Bun.Subprocess | undefined;
afterEach(async () => {
  await node?.[Symbol.asyncDispose]();
  old?.kill('SIGTERM');
  await old?.exited;
});

/** The page's config, with the old server where it really is and simulated engines in place of vLLM's. */
function configOf(block: string, port: number): string {
  const own = block
    .replace('port: 8080', 'port: 0')
    .replace('127.0.0.1:8000', `127.0.0.1:${port}`)
    .replace('kind: vllm', 'kind: sim');
  return `\n${own}eval: { smoke: plumbing }\n${FAST_LIMITS}`;
}

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  return typeof address === 'object' && address !== null ? address.port : 0;
}

async function ask(): Promise<number> {
  const answer = await fetch(`${await node?.url()}/v1/chat/completions`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ model: MODEL, max_tokens: 4, messages: [{ role: 'user', content: 'hi' }] }),
  });
  await answer.text();
  return answer.status;
}

async function reloaded(text: string): Promise<void> {
  const configFile = node?.configFile ?? '';
  const before = await Bun.file(configFile).text();
  await Bun.write(configFile, before.slice(0, before.indexOf('\ngateway:')) + text);
  const reload = await node?.command('reload', '--wait');
  expect({ code: reload?.code, err: reload?.code === 0 ? '' : reload?.err }).toEqual({ code: 0, err: '' });
}

test(
  'the phases of docs/migration.md: beside the old server, with it, without it, and nobody is turned away',
  async () => {
    const port = await freePort();
    const serve = ['sim-engine', 'serve', MODEL, '--port', String(port), '--sim-start-s', '1'];
    old = Bun.spawn([BINARY, ...serve], { stdout: 'ignore', stderr: 'ignore' });

    node = await startNode(configOf(beside, port));
    await node.allReady();
    expect(await ask()).toBe(200);
    await node[Symbol.asyncDispose]();

    node = await startNode(configOf(both, port));
    await node.allReady();
    const answers: Promise<number>[] = [];
    const clients = setInterval(() => answers.push(ask()), 50);
    try {
      await reloaded(configOf(both, port).replace(/^.*name: heavy-0.*\n/m, ''));
      old.kill('SIGTERM');
      await old.exited;
      await reloaded(configOf(alone, port));
      await node.allReady();
    } finally {
      clearInterval(clients);
    }
    expect(await node.replica('heavy-0')).toMatchObject({ state: 'ready', gpu: 0 });
    expect((await node.status()).replicas).toHaveLength(2);
    expect(answers.length).toBeGreaterThan(10);
    expect([...new Set(await Promise.all(answers))]).toEqual([200]);
  },
  { timeout: 60_000 },
);
