import { afterAll, beforeAll, describe, expect, test } from 'bun:test';
import { describeClients } from '../clients/describe-clients.ts';
import { describeDifferences } from '../differential/differential.ts';
import { gatewayAt } from '../differential/gateway-at.ts';
import { startNode, type TestNode } from '../support/node.ts';
import { keepStreaming, streamOnce } from '../support/streams.ts';
import { until } from '../support/wait.ts';
import { cpuConfig } from './config.ts';
import { coreOf, countersOf, engineOf, membersOf, sessionOf, sum, type Engine } from './engine.ts';
import { PID_FILE } from './setting.ts';
import { describeStorm } from './storm.ts';
import { testSwap } from './swap.ts';

const READY_LIMIT_MS = 480_000;
const LOAD_CLIENTS = 8;
const LOAD_TOKENS = 300;
/** Eight streams over four engines on two slow cores. */
const STREAMS_LIMIT_MS = 240_000;

const REPLICAS = ['heavy-0', 'light-0', 'heavy-1', 'light-1'] as const;

let node: TestNode;
/** Every session that an engine of this run has led. */
const sessions = new Set<number>();

beforeAll(async () => {
  node = await startNode(await cpuConfig());
  await Bun.write(PID_FILE, `${node.pid}`);
});

afterAll(async () => {
  noteSessions();
  await node[Symbol.asyncDispose]();
  for (const session of sessions) for (const { pid } of membersOf(session)) process.kill(pid, 'SIGKILL');
});

/** Notes what leads a session of its own while the leader, known by its environment, still lives. */
function noteSessions(): void {
  const ours = sessionOf(process.pid);
  for (const { pid } of node.processes()) {
    const session = sessionOf(pid);
    if (session !== undefined && session !== ours) sessions.add(session);
  }
}

async function engine(replica: string): Promise<Engine> {
  const { pid } = await node.replica(replica);
  if (pid === null) throw new Error(`${replica} has no process`);
  sessions.add(pid);
  return engineOf(pid);
}

async function allReady(what: string): Promise<void> {
  const began = performance.now();
  try {
    await node.allReady(READY_LIMIT_MS);
  } catch (cause) {
    const { out } = await node.command('logs', '-n', '80');
    throw new Error(`${what}: not ready; the engines' last lines:\n${out}\n${node.log()}`, { cause });
  }
  process.stdout.write(`${what}: ${((performance.now() - began) / 1000).toFixed(1)} s\n`);
}

test('the shipped config for a CPU is valid', async () => {
  expect(await node.command('check')).toMatchObject({ code: 0 });
});

test('four real engines become ready, and /ready says when', async () => {
  const url = await node.url();
  expect((await fetch(`${url}/ready`)).status).toBe(503);
  await allReady('four engines ready');
  await Promise.all(REPLICAS.map(engine));
  expect((await fetch(`${url}/ready`)).status).toBe(200);
  expect((await node.status()).replicas.map((it) => it.restarts)).toEqual([0, 0, 0, 0]);
});

test('each answers what any engine can: chat, text, a schema, a tool', async () => {
  const { code, out } = await node.command('eval');
  for (const name of REPLICAS) expect(out).toMatch(new RegExp(`${name} .* plumbing +passed +4/4`));
  expect(code).toBe(0);
});

describeClients({
  node: () => node,
  async access() {
    return { server: await node.url(), strictServer: '', key: 'none', limitedKey: '', confinedKey: '' };
  },
  offers: new Set(['engine_stops']),
  prepare: async () => async () => undefined,
});

describeDifferences(async () => ({
  engine: { socketPath: (await engine('heavy-0')).socket },
  gateway: gatewayAt(await node.url()),
}));

describe('kill -9 of one engine core under load', () => {
  test('every request has one outcome, and the crash is counted', async () => {
    const victim = await engine('heavy-0');
    const load = keepStreaming(await node.url(), LOAD_CLIENTS, LOAD_TOKENS);
    await until(
      'streams end and the victim has work',
      async () => load.accounts.length >= LOAD_CLIENTS && (await countersOf(victim)).running > 0,
      STREAMS_LIMIT_MS,
    );
    process.kill(coreOf(victim), 'SIGKILL');
    await until('the crash is counted', async () => (await node.replica('heavy-0')).restarts === 1, 60_000);
    const accounts = await load.stop();
    expect(accounts.filter((it) => it.seen === 'wrong').map((it) => it.detail)).toEqual([]);
    expect(accounts.filter((it) => it.seen === 'completed').length).toBeGreaterThan(0);
    expect(accounts.filter((it) => it.seen === 'error_event').length).toBeGreaterThan(0);
    expect(membersOf(victim.leader)).toEqual([]);
  });

  test('the replica comes back and works', async () => {
    await allReady('heavy-0 ready again');
    const reborn = await engine('heavy-0');
    const before = await countersOf(reborn);
    const url = await node.url();
    const accounts = await Promise.all(Array.from({ length: LOAD_CLIENTS }, () => streamOnce(url, 'heavy', 100)));
    expect(accounts.map((it) => it.seen)).toEqual(accounts.map(() => 'completed'));
    expect((await countersOf(reborn)).generatedTokens).toBeGreaterThan(before.generatedTokens);
  });

  test('nobody else was touched', async () => {
    expect((await node.status()).replicas.map((it) => [it.name, it.restarts])).toEqual([
      ['heavy-0', 1],
      ['light-0', 0],
      ['heavy-1', 0],
      ['light-1', 0],
    ]);
    const metrics = await (await fetch(`${await node.url()}/metrics`)).text();
    expect(sum(metrics, 'sswinfer_replica_restarts_total')).toBe(1);
  });
});

describeStorm({ node: () => node, engine, allReady });

testSwap({ node: () => node });

test('SIGTERM ends the node with 0 and leaves no process', async () => {
  noteSessions();
  const began = performance.now();
  node.signal('SIGTERM');
  expect(await node.exited).toBe(0);
  process.stdout.write(`stopped: ${((performance.now() - began) / 1000).toFixed(1)} s\n`);
  expect(node.processes()).toEqual([]);
  expect([...sessions].flatMap(membersOf)).toEqual([]);
});
