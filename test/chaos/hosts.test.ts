import { afterEach, beforeEach, describe, expect, test } from 'bun:test';
import { createRandom } from '../support/random.ts';
import { openFaultProxy, type FaultProxy } from '../support/fault-proxy.ts';
import type { TestNode } from '../support/node.ts';
import { until } from '../support/wait.ts';
import { calm, isReady, LEASE_S, startHost, type Role } from './hosts/hosts.ts';
import { startSharedRedis, type SharedRedis } from './hosts/redis.ts';
import { problemsOf, type Allowed } from './hosts/verdict.ts';
import { learnAnswers, startLoad, type Answers, type Load } from './storm/load.ts';

/** Whose other half was on a host or behind a Redis that went away: it ends with an error, not in silence. */
const broken: Allowed = ({ is, ...ending }) =>
  (is === 'broken_off' || is === 'refused') && 'code' in ending && ending.code === 'engine_failed';
const nothing: Allowed = () => false;

const CLIENTS = 20;
const BOTH: readonly Role[] = ['gateway', 'worker'];
const LIMIT_MS = 120_000;

let stack: AsyncDisposableStack;
let redis: SharedRedis;
let load: Load | undefined;

beforeEach(async () => {
  stack = new AsyncDisposableStack();
  redis = stack.use(await startSharedRedis());
}, 30_000);
afterEach(async () => {
  await load?.stop();
  load = undefined;
  await stack.disposeAsync();
}, 60_000);

const direct = (): string => `{ url: "redis://127.0.0.1:${redis.port}" }`;

async function start(name: string, roles = BOTH, section = direct()): Promise<TestNode> {
  return stack.use(await startHost({ name, roles, redis: section }));
}

/** All of them serve every pool; what is asked of the first goes over all. */
async function ready(...hosts: TestNode[]): Promise<Answers> {
  for (const host of hosts) await until('a host is ready', () => isReady(host), 30_000);
  return learnAnswers((await hosts[0]?.url()) ?? '');
}

async function loadOn(hosts: readonly TestNode[], seed: number): Promise<Load> {
  const urls = await Promise.all(hosts.map((it) => it.url()));
  const random = createRandom(seed);
  load = startLoad(() => random.pick(urls), CLIENTS, random);
  return load;
}

const completed = (it: Load): number => it.accounts.filter(({ ending }) => ending.is === 'completed').length;

/** So many more have their answer. */
async function served(it: Load, more = 60): Promise<void> {
  const before = completed(it);
  await until(`${more} more requests complete`, () => completed(it) >= before + more, 60_000);
}

/** Ends the load, waits for calm, and tells what must not have been. */
async function judged(
  it: Load,
  answers: Answers,
  hosts: readonly TestNode[],
  allowed: Allowed,
): Promise<readonly string[]> {
  await it.stop();
  await calm(hosts);
  return problemsOf(it.accounts, it.sent(), answers, allowed);
}

describe('two hosts on one Redis', () => {
  test(
    'serve each other’s requests; a gateway without replicas and a worker without clients too',
    async () => {
      const gateway = await start('host-a', ['gateway']);
      const worker = await start('host-b', ['worker']);
      const answers = await ready(gateway);
      const traffic = await loadOn([gateway], 1);
      await served(traffic, 100);
      expect(await judged(traffic, answers, [gateway, worker], nothing)).toEqual([]);
    },
    LIMIT_MS,
  );

  test(
    'lose nothing when Redis is killed and comes back',
    async () => {
      const hosts = [await start('host-a'), await start('host-b')];
      const answers = await ready(...hosts);
      const traffic = await loadOn(hosts, 2);
      for (let time = 0; time < 2; time += 1) {
        await served(traffic);
        await redis.kill();
        await served(traffic, 30); // in memory, by the replicas of each host
        await redis.start();
      }
      await served(traffic);
      expect(await judged(traffic, answers, hosts, broken)).toEqual([]);
    },
    LIMIT_MS,
  );

  test(
    'hear each other again after Redis closes their connections',
    async () => {
      const hosts = [await start('host-a', ['gateway']), await start('host-b')];
      const answers = await ready(...hosts);
      const traffic = await loadOn(hosts, 3);
      for (const kind of ['pubsub', 'normal']) {
        await served(traffic);
        await redis.client.call('CLIENT', 'KILL', 'TYPE', kind, 'SKIPME', 'yes');
      }
      await served(traffic, 100);
      expect(await judged(traffic, answers, hosts, broken)).toEqual([]);
    },
    LIMIT_MS,
  );

  test(
    'wait while Redis answers nobody for a while',
    async () => {
      const hosts = [await start('host-a'), await start('host-b')];
      const answers = await ready(...hosts);
      const traffic = await loadOn(hosts, 4);
      for (const pauseMs of [1_000, 4_000]) {
        await served(traffic);
        await redis.client.call('CLIENT', 'PAUSE', String(pauseMs), 'ALL');
      }
      await served(traffic, 100);
      expect(await judged(traffic, answers, hosts, broken)).toEqual([]);
    },
    LIMIT_MS,
  );

  test(
    'show nothing twice when one of them is frozen for longer than its lease',
    async () => {
      const hosts = [await start('host-a', ['gateway']), await start('host-b'), await start('host-c', ['worker'])];
      const answers = await ready(...hosts);
      const traffic = await loadOn(hosts.slice(0, 1), 5);
      await served(traffic);
      hosts[2]?.signal('SIGSTOP');
      await Bun.sleep((LEASE_S + 1) * 1000); // the fault itself: longer than the lease
      hosts[2]?.signal('SIGCONT');
      await served(traffic, 100);
      expect(await judged(traffic, answers, hosts, broken)).toEqual([]);
    },
    LIMIT_MS,
  );

  test(
    'one killed takes its own clients’ connections with it, and nobody else’s request',
    async () => {
      const [gateway, doomed] = [await start('host-a', ['gateway']), await start('host-b', ['worker'])];
      const survivor = await start('host-c', ['worker']);
      const answers = await ready(gateway);
      const traffic = await loadOn([gateway], 6);
      await served(traffic);
      doomed.signal('SIGKILL');
      await doomed.exited;
      await served(traffic, 100);
      expect(await judged(traffic, answers, [gateway, survivor], broken)).toEqual([]);
    },
    LIMIT_MS,
  );

  test(
    'a gateway that is killed leaves nothing in line, and its replicas to the others',
    async () => {
      const [doomed, survivor] = [await start('host-a', ['gateway']), await start('host-b')];
      const answers = await ready(doomed, survivor);
      const traffic = await loadOn([doomed, survivor], 7);
      await served(traffic);
      doomed.signal('SIGKILL');
      await doomed.exited;
      const cut: Allowed = (ending) => ending.is === 'cut';
      expect(await judged(traffic, answers, [survivor], cut)).toEqual([]);
    },
    LIMIT_MS,
  );
});

describe('a bad network between a host and its Redis', () => {
  let proxy: FaultProxy;
  beforeEach(async () => {
    proxy = stack.use(await openFaultProxy({ port: redis.port }, createRandom(8)));
  });
  const through = (): string => `{ url: "redis://127.0.0.1:${'port' in proxy.place ? proxy.place.port : 0}" }`;

  const FAULTS: readonly [string, (it: FaultProxy) => void][] = [
    ['late', (it) => it.set({ latencyMs: { least: 5, most: 60 } })],
    ['reset', (it) => it.reset()],
    ['reset again and again', (it) => it.set({ resetChance: 0.01 })],
    ['swallowed', (it) => it.set({ blackHole: 'both' })],
    ['half open', (it) => it.halfOpen('server')],
    ['cut in the middle', (it) => it.set({ truncateChance: 0.01 })],
  ];
  test.each(FAULTS)(
    '%s: nothing is lost or seen twice',
    async (_, fault) => {
      const hosts = [await start('host-a', BOTH, through()), await start('host-b')];
      const answers = await ready(...hosts);
      const traffic = await loadOn(hosts, 9);
      await served(traffic);
      fault(proxy);
      await served(traffic, 60);
      proxy.set({});
      await served(traffic, 60);
      expect(await judged(traffic, answers, hosts, broken)).toEqual([]);
    },
    LIMIT_MS,
  );
});
