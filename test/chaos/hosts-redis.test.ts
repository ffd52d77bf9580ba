import { afterEach, beforeEach, describe, expect, test } from 'bun:test';
import { Cluster } from 'ioredis';
import { startCluster } from '../../src/queue/fixtures/redis-cluster.ts';
import { startWatchedRedis } from '../../src/queue/fixtures/redis-sentinel.ts';
import type { TestNode } from '../support/node.ts';
import { until } from '../support/wait.ts';
import { isReady, type Role } from './hosts/hosts.ts';
import { startSharedRedis, type SharedRedis } from './hosts/redis.ts';
import { broken, CLIENTS, createScene, type Scene } from './hosts/scene.ts';
import { followStream } from './hosts/stream.ts';
import type { Allowed } from './hosts/verdict.ts';
import { ask } from './storm/request.ts';

const BOTH: readonly Role[] = ['gateway', 'worker'];
const LIMIT_MS = 120_000;

let scene: Scene;
beforeEach(() => void (scene = createScene()));
afterEach(() => scene[Symbol.asyncDispose](), 60_000);

const removed = (it: { remove(): Promise<void> }) => ({ [Symbol.asyncDispose]: () => it.remove() });
const both = (redis: string): Promise<TestNode[]> =>
  Promise.all(['host-a', 'host-b'].map((name) => scene.start({ name, roles: BOTH, redis })));

describe('two hosts, and', () => {
  test(
    'Sentinel: a master that dies is followed by its replica, under load',
    async () => {
      const watched = await startWatchedRedis();
      scene.use(removed(watched));
      const hosts = await both(`{ sentinels: ["${watched.sentinel}"], name: ${watched.name} }`);
      await scene.ready(...hosts);
      await scene.load(21, ...hosts);
      scene.repeatedMax = CLIENTS;
      await scene.served();
      await watched.master.kill();
      await scene.served(30);
      await watched.promoted();
      await until('the hosts have found it', async () =>
        (await Promise.all(hosts.map((it) => it.status()))).every(({ redis }) => redis.up),
      );
      await scene.served();
      expect(await scene.judged(broken, hosts, watched.replica.client)).toEqual([]);
    },
    LIMIT_MS,
  );

  test(
    'a Cluster of three: pools are on several of them, one of which dies and comes back under load',
    async () => {
      const cluster = await startCluster(3);
      scene.use(removed(cluster));
      const hosts = await both(`{ cluster: ["${cluster.nodes[0]}"] }`);
      const client = new Cluster(cluster.nodes.map((it) => ({ host: '127.0.0.1', port: Number(it.split(':')[1]) })));
      client.on('error', () => undefined); // one of them is killed
      scene.use({ [Symbol.asyncDispose]: () => Promise.resolve(client.disconnect()) });
      await scene.ready(...hosts);
      await scene.load(22, ...hosts);
      scene.repeatedMax = CLIENTS;
      await scene.served();
      const keys = await Promise.all(cluster.servers.map((it) => it.client.dbsize()));
      const doomed = cluster.servers[keys.findIndex((it) => it > 0)];
      await doomed?.kill();
      await scene.served(30);
      await doomed?.start();
      await until('the hosts have it back', async () =>
        (await Promise.all(hosts.map((it) => it.status()))).every(({ redis }) => redis.up),
      );
      await scene.served();
      expect(await scene.judged(broken, hosts, client)).toEqual([]);
    },
    LIMIT_MS,
  );
});

describe('while Redis is away', () => {
  let redis: SharedRedis;
  beforeEach(async () => {
    redis = scene.use(await startSharedRedis());
  }, 30_000);
  const direct = (): string => `{ url: "redis://127.0.0.1:${redis.port}" }`;
  const wish = (id: string) => ({ id, pool: 'light', prompt: 'Tell a story', tokens: 8, isStream: false }) as const;
  const isAway = (host: TestNode) => until('it is noticed', async () => !(await host.status()).redis.up);
  const isBack = (host: TestNode) => until('it is back', async () => (await host.status()).redis.up);

  test(
    'a host with replicas serves from its memory and says so; one without refuses; both as soon as it is back',
    async () => {
      const [worker, gateway] = [
        await scene.start({ name: 'host-a', roles: BOTH, redis: direct() }),
        await scene.start({ name: 'host-b', roles: ['gateway'], redis: direct() }),
      ];
      await scene.ready(worker, gateway);
      await redis.kill();
      await Promise.all([isAway(worker), isAway(gateway)]);
      const [served, refused] = [
        await ask(await worker.url(), wish('one')),
        await ask(await gateway.url(), wish('two')),
      ];
      expect(served).toMatchObject({ ending: { is: 'completed' }, queue: 'degraded' });
      expect(refused.ending).toMatchObject({ is: 'refused', status: 503, code: 'queue_unavailable' });
      expect([await isReady(worker), await isReady(gateway)]).toEqual([true, false]);
      await redis.start();
      await Promise.all([isBack(worker), isBack(gateway)]);
      await until('all is served', () => isReady(gateway));
      const answers = [await ask(await worker.url(), wish('three')), await ask(await gateway.url(), wish('four'))];
      expect(answers.map(({ ending, queue }) => [ending.is, queue])).toEqual([
        ['completed', undefined],
        ['completed', undefined],
      ]);
    },
    LIMIT_MS,
  );

  test(
    'with `refuse` new requests are refused, what runs ends whole, and nothing is lost',
    async () => {
      const plan = { roles: BOTH, redis: direct(), queue: 'on_redis_down: refuse' };
      const hosts = [await scene.start({ ...plan, name: 'host-a' }), await scene.start({ ...plan, name: 'host-b' })];
      await scene.ready(...hosts);
      const { accounts } = await scene.load(23, ...hosts);
      scene.repeatedMax = CLIENTS;
      await scene.served();
      await redis.kill();
      const refusals = () => accounts.filter(({ ending }) => ending.is === 'refused').length;
      await until('newcomers are refused', () => refusals() >= 40);
      await redis.start();
      await scene.served();
      const away: Allowed = (ending, account) =>
        broken(ending, account) || (ending.is === 'refused' && ending.code === 'queue_unavailable');
      expect(await scene.judged(away, hosts, redis.client)).toEqual([]);
    },
    LIMIT_MS,
  );

  test(
    'a stream of this host’s own replica flows on: the outage is no gap in it',
    async () => {
      const host = await scene.start({ name: 'host-a', roles: BOTH, redis: direct() });
      await scene.ready(host);
      const stream = await followStream(await host.url(), 'heavy', 7_000);
      await until('it flows', () => stream.events() > 20);
      await redis.kill();
      await isAway(host);
      const atAbsence = stream.events();
      await until('it flows on', () => stream.events() > atAbsence + 50);
      await redis.start();
      await isBack(host);
      expect(stream.isOver()).toBe(false);
      expect(await stream.end()).toEqual({ whole: true });
      expect(stream.longestGapMs()).toBeLessThan(1_000);
    },
    LIMIT_MS,
  );
});
