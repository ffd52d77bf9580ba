import { afterAll, beforeAll } from 'bun:test';
import { FAST_LIMITS, startNode, type TestNode } from '../support/node.ts';
import { until } from '../support/wait.ts';
import type { Access } from './conversation.ts';
import { describeClients } from './describe-clients.ts';
import { enginesOf } from './engines.ts';

/** The two pools of the shipped configs; fast, and with keys and limits that a test can use up. */
const CONFIG = `
gateway: { port: 0, cors: { allow_origins: ['https://app.example'] } }
pools:
  heavy: { model: Qwen/Qwen2.5-14B-Instruct-AWQ, max_model_len: 2048, args: { sim-speed: 20, sim-start-s: 2 } }
  light: { model: Qwen/Qwen3-8B-AWQ, max_model_len: 2048, args: { sim-speed: 20, sim-start-s: 2 } }
replicas: [{ name: heavy-0, pool: heavy }, { name: light-0, pool: light }]
tenants:
  - { name: limited, requests_per_minute: 40 }
  - { name: confined, pools: [light] }
${FAST_LIMITS}`;

/** It has the same key, and forgives a single wrong one: the next is a 429 that says never to try again. */
const STRICT_CONFIG = `
gateway: { port: 0, key_failures_per_minute: 1 }
pools: { light: { model: sim/light, max_model_len: 2048 } }
replicas: [{ name: light-0, pool: light }]
`;

let node: TestNode;
let strict: TestNode;
let access: Access;

beforeAll(async () => {
  node = await startNode(CONFIG);
  strict = await startNode(STRICT_CONFIG);
  await node.allReady();
  const [key, limitedKey, confinedKey] = await Promise.all(
    ['anybody', 'limited', 'confined'].map((tenant) => addKey(node, tenant)),
  );
  await addKey(strict, 'anybody');
  access = {
    server: await node.url(),
    strictServer: await strict.url(),
    key: key ?? '',
    limitedKey: limitedKey ?? '',
    confinedKey: confinedKey ?? '',
  };
  for (const { server } of [access, { server: access.strictServer }])
    await until('keys are asked for', async () => (await fetch(`${server}/v1/models`)).status === 401);
});
afterAll(async () => {
  await Promise.all([node, strict].map((it) => it[Symbol.asyncDispose]()));
});

describeClients({
  node: () => node,
  access: async () => access,
  offers: new Set(['keys', 'willing_engine', 'failing_stream', 'engine_stops', 'paced_engine', 'silent_engine']),
  async prepare(need) {
    if (need === 'failing_stream') await order('light', 'error_chunk');
    if (need === 'silent_engine') await order('heavy', 'never_token');
    return async () => {
      if (need === 'silent_engine') await order('heavy', 'recover');
    };
  },
});

async function addKey(to: TestNode, tenant: string): Promise<string> {
  const { code, out, err } = await to.command('keys', 'add', '--tenant', tenant);
  if (code !== 0) throw new Error(err);
  return out.trim();
}

async function order(pool: string, fault: string): Promise<void> {
  const options = { method: 'POST', body: JSON.stringify({ fault }) };
  for (const { socket } of await enginesOf(node, pool)) {
    const { ok } = await fetch('http://engine/sim/fault', { unix: socket, ...options });
    if (!ok) throw new Error(`an engine does not know the fault ${fault}`);
  }
}
