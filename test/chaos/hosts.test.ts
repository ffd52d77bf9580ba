import { afterEach, beforeEach, describe, expect, test } from 'bun:test';
import { createRandom } from '../support/random.ts';
import { openFaultProxy, type FaultProxy } from '../support/fault-proxy.ts';
import type { TestNode } from '../support/node.ts';
import { isReady, LEASE_S, type Role } from './hosts/hosts.ts';
import { startSharedRedis, type SharedRedis } from './hosts/redis.ts';
import { broken, CLIENTS, createScene, nothing, type Scene } from './hosts/scene.ts';
import type { Allowed } from './hosts/verdict.ts';
import { until } from '../support/wait.ts';

const BOTH: readonly Role[] = ['gateway', 'worker'];
const LIMIT_MS = 120_000;

let scene: Scene;
let redis: SharedRedis;

beforeEach(async () => {
  scene = createScene();
  redis = scene.use(await startSharedRedis());
}, 30_000);
afterEach(() => scene[Symbol.asyncDispose](), 60_000);

const direct = (): string => `{ url: "redis://127.0.0.1:${redis.port}" }`;
const start = (name: string, roles = BOTH, section = direct()): Promise<TestNode> =>
  scene.start({ name, roles, redis: section });

describe('two hosts on one Redis', () => {
  test(
    'serve each other’s requests; a gateway without replicas and a worker without clients too',
    async () => {
      const hosts = [await start('host-a', ['gateway']), await start('host-b', ['worker'])];
      await scene.ready(...hosts);
      await scene.load(1, ...hosts.slice(0, 1));
      await scene.served(100);
      expect(await scene.judged(nothing, hosts, redis.client)).toEqual([]);
    },
    LIMIT_MS,
  );

  test(
    'lose nothing when Redis is killed and comes back',
    async () => {
      const hosts = [await start('host-a'), await start('host-b')];
      await scene.ready(...hosts);
      await scene.load(2, ...hosts);
      scene.repeatedMax = 2 * CLIENTS;
      for (let time = 0; time < 2; time += 1) {
        await scene.served();
        await redis.kill();
        await scene.served(30); // in memory, by the replicas of each host
        await redis.start();
      }
      await scene.served();
      expect(await scene.judged(broken, hosts, redis.client)).toEqual([]);
    },
    LIMIT_MS,
  );

  test(
    'hear each other again after Redis closes their connections',
    async () => {
      const hosts = [await start('host-a', ['gateway']), await start('host-b')];
      await scene.ready(...hosts);
      await scene.load(3, ...hosts);
      scene.repeatedMax = 2 * CLIENTS;
      for (const kind of ['pubsub', 'normal']) {
        await scene.served();
        await redis.client.call('CLIENT', 'KILL', 'TYPE', kind, 'SKIPME', 'yes');
      }
      await scene.served(100);
      const away: Allowed = (ending, account) =>
        broken(ending, account) || (ending.is === 'refused' && ending.code === 'queue_unavailable');
      expect(await scene.judged(away, hosts, redis.client)).toEqual([]); // a gateway alone has nothing to fall back to
    },
    LIMIT_MS,
  );

  test(
    'wait while Redis answers nobody for a while',
    async () => {
      const hosts = [await start('host-a'), await start('host-b')];
      await scene.ready(...hosts);
      await scene.load(4, ...hosts);
      scene.repeatedMax = 2 * CLIENTS;
      for (const pauseMs of [1_000, 4_000]) {
        await scene.served();
        await redis.client.call('CLIENT', 'PAUSE', String(pauseMs), 'ALL');
      }
      await scene.served(100);
      expect(await scene.judged(broken, hosts, redis.client)).toEqual([]);
    },
    LIMIT_MS,
  );

  test(
    'show nothing twice when one of them is frozen for longer than its lease',
    async () => {
      const gateway = await start('host-a', ['gateway']);
      const [other, frozen] = [await start('host-b'), await start('host-c', ['worker'])];
      const hosts = [gateway, other, frozen];
      await scene.ready(...hosts);
      await scene.load(5, gateway);
      scene.repeatedMax = CLIENTS;
      await scene.served();
      frozen.signal('SIGSTOP');
      await Bun.sleep((LEASE_S + 1) * 1000); // the fault itself: longer than the lease
      frozen.signal('SIGCONT');
      await scene.served(100);
      expect(await scene.judged(broken, hosts, redis.client)).toEqual([]);
    },
    LIMIT_MS,
  );
});

/**
 * A host that stops answers so, until it listens no more: what the kernel took in then is reset, unread. A drain that
 * cut what runs would cut streams too, after their headers.
 */
const stopping: Allowed = (ending, { replica }) =>
  (ending.is === 'refused' && ending.code === 'draining') || (ending.is === 'cut' && replica === undefined);

describe('a host that ends', () => {
  beforeEach(() => {
    scene.repeatedMax = undefined;
  });

  test(
    'one killed takes its own clients’ connections with it, and nobody else’s request',
    async () => {
      const [gateway, doomed] = [await start('host-a', ['gateway']), await start('host-b', ['worker'])];
      const survivor = await start('host-c', ['worker']);
      await scene.ready(gateway, doomed, survivor);
      await scene.load(6, gateway);
      await scene.served();
      doomed.signal('SIGKILL');
      await doomed.exited;
      await scene.served(100);
      expect(await scene.judged(broken, [gateway, survivor], redis.client)).toEqual([]);
    },
    LIMIT_MS,
  );

  test(
    'a gateway that is killed leaves nothing in line, and its replicas to the others',
    async () => {
      const [doomed, survivor] = [await start('host-a', ['gateway']), await start('host-b')];
      await scene.ready(doomed, survivor);
      await scene.load(7, doomed, survivor);
      await scene.served();
      doomed.signal('SIGKILL');
      await doomed.exited;
      const cut: Allowed = (ending) => ending.is === 'cut';
      expect(await scene.judged(cut, [survivor], redis.client)).toEqual([]);
    },
    LIMIT_MS,
  );

  test(
    'killed and started again under its name it takes its share, and nothing of its former life is left',
    async () => {
      const [doomed, other] = [await start('host-a'), await start('host-b')];
      await scene.ready(doomed, other);
      await scene.load(10, doomed, other);
      await scene.served();
      doomed.signal('SIGKILL');
      await doomed.exited;
      const again = await start('host-a');
      await until('it is ready', () => isReady(again));
      await scene.replace(doomed, again);
      await scene.served(100);
      const itsOwn: Allowed = (ending, account) => ending.is === 'cut' || broken(ending, account);
      expect(await scene.judged(itsOwn, [again, other], redis.client)).toEqual([]);
      expect((await again.status()).pools.map((it) => it.remote_replicas)).toEqual([1, 1]);
    },
    LIMIT_MS,
  );

  test(
    'stopped and started one after another: what runs ends whole, newcomers are refused there, nothing is lost',
    async () => {
      let hosts = [await start('host-a'), await start('host-b')];
      await scene.ready(...hosts);
      await scene.load(11, ...hosts);
      for (const leaving of hosts) {
        await scene.served(40);
        leaving.signal('SIGTERM');
        expect(await leaving.exited).toBe(0);
        const again = await start(leaving === hosts[0] ? 'host-a' : 'host-b');
        await until('it is ready', () => isReady(again));
        await scene.replace(leaving, again);
        hosts = hosts.map((it) => (it === leaving ? again : it));
      }
      await scene.served();
      expect(await scene.judged(stopping, hosts, redis.client)).toEqual([]);
    },
    LIMIT_MS,
  );
});

describe('a bad network between a host and its Redis', () => {
  let proxy: FaultProxy;
  beforeEach(async () => {
    proxy = scene.use(await openFaultProxy({ port: redis.port }, createRandom(8)));
  });
  const through = (): string => `{ url: "redis://127.0.0.1:${'port' in proxy.place ? proxy.place.port : 0}" }`;

  /** And what may be run again for it. */
  const FAULTS: readonly [string, (it: FaultProxy) => void, number][] = [
    ['late', (it) => it.set({ latencyMs: { least: 5, most: 60 } }), 0],
    ['reset', (it) => it.reset(), CLIENTS],
    ['reset again and again', (it) => it.set({ resetChance: 0.01 }), 5 * CLIENTS],
    ['swallowed', (it) => it.set({ blackHole: 'both' }), CLIENTS],
    ['half open', (it) => it.halfOpen('server'), CLIENTS],
    ['cut in the middle', (it) => it.set({ truncateChance: 0.01 }), 5 * CLIENTS],
  ];
  test.each(FAULTS)(
    '%s: nothing is lost or seen twice',
    async (_, fault, repeatedMax) => {
      const hosts = [await start('host-a', BOTH, through()), await start('host-b')];
      await scene.ready(...hosts);
      await scene.load(9, ...hosts);
      scene.repeatedMax = repeatedMax;
      await scene.served();
      fault(proxy);
      await scene.served(60);
      proxy.set({});
      await scene.served(60);
      expect(await scene.judged(broken, hosts, redis.client)).toEqual([]);
    },
    LIMIT_MS,
  );
});
