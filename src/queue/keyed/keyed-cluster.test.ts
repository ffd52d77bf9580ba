import { afterAll, beforeAll, expect, test } from 'bun:test';
import { systemClock } from '../../telemetry/index.ts';
import { startCluster, type TestCluster } from '../fixtures/redis-cluster.ts';
import { until } from '../../../test/support/wait.ts';
import { attached, answer, fresh, nodeOn, replayed, request, stays, textOf } from './fixtures/keyed-under-test.ts';
import type { Keyed } from './keyed.ts';
import { createRedisKeyedStore } from './redis-keyed-store.ts';

let cluster: TestCluster;
let nodes: Keyed[];
beforeAll(async () => {
  cluster = await startCluster(3);
  const login = { tls: false };
  nodes = ['here', 'there'].map((name) =>
    nodeOn(createRedisKeyedStore({ cluster: cluster.nodes, login }), systemClock, name),
  );
});
afterAll(async () => {
  await Promise.all(nodes.map((it) => it.close()));
  await cluster.remove();
});

test('in a cluster each tenant has a slot of its own, and its answers are kept there', async () => {
  const [here, there] = nodes;
  if (here === undefined || there === undefined) throw new Error('two nodes');
  const tenants = Array.from({ length: 12 }, (_, nth) => `tenant-${nth}`);
  for (const tenant of tenants) {
    const ask = (node: Keyed) => node.begin(request({ tenant }), stays());
    for (const node of nodes)
      await until('the node answers', async () => {
        const probe = await node.begin(request({ tenant, key: 'probe' }), stays());
        if (probe.is === 'fresh') probe.recorder.end('failed');
        return probe.is !== 'unavailable';
      });
    const recorder = fresh(await ask(here));
    const joining = attached(await ask(there));
    answer(recorder, 'for ', tenant);
    expect(await textOf(await joining)).toBe(`for ${tenant}`);
    await until('it is kept', async () => (await ask(there)).is === 'replay');
    expect(await textOf(replayed(await ask(there)))).toBe(`for ${tenant}`);
  }
  const sizes = await Promise.all(cluster.servers.map(({ client }) => client.dbsize()));
  expect(Math.min(...sizes)).toBeGreaterThan(0);
}, 60_000);
