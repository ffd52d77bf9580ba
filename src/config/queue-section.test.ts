import { describe, expect, test } from 'bun:test';
import { parseConfig } from './load.ts';

const parse = (text: string) => parseConfig('/etc/r.yaml', text, { env: {}, uid: 0 });
const base = `pools:
  heavy: { model: m }
replicas:
  - { name: heavy-0, pool: heavy }
`;
const configOf = (text: string) => {
  const loaded = parse(text);
  if (!loaded.ok) throw new Error(loaded.problems.map((it) => it.message).join('\n'));
  return loaded.config;
};
const problemsOf = (text: string) => {
  const loaded = parse(text);
  return loaded.ok ? [] : loaded.problems.map((it) => [it.path, it.message]);
};

describe('the queue section', () => {
  test('has defaults that serve one host: a bounded line, in memory while Redis is away', () => {
    expect(configOf(base).queue).toMatchObject({
      maxDepth: 2000,
      maxBodyBytes: 1_073_741_824,
      flushAfterMs: 10_000,
      shares: { interactive: 16, default: 4, bulk: 1 },
      ageingMs: 30_000,
      leaseMs: 10_000,
      onRedisDown: 'degraded',
    });
  });
  test('takes no lease shorter than a node can renew', () => {
    expect(problemsOf(`${base}queue: { lease_s: 1 }`)).toEqual([
      ['queue.lease_s', 'at least 2: a node renews its lease every fifth of it'],
    ]);
  });
});

describe('Redis', () => {
  const redisOf = (text: string) => configOf(`${base}redis: ${text}`).redis;
  test('is ours where nothing is said', () => {
    expect(configOf(base).redis).toEqual({ kind: 'managed', executable: 'redis-server' });
  });
  test('may be a server, sentinels that know one, or a cluster; passwords stand in files', () => {
    expect(redisOf('{ url: "redis://h:1/0", password_file: /p }')).toEqual({
      kind: 'url',
      url: 'redis://h:1/0',
      passwordFile: '/p',
    });
    expect(redisOf('{ sentinels: ["h:26379"], name: main }')).toMatchObject({ kind: 'sentinel', name: 'main' });
    expect(redisOf('{ cluster: ["h:7000", "[::1]:7001"] }')).toMatchObject({ kind: 'cluster' });
  });
});

describe('roles', () => {
  const shared = 'redis: { url: "redis://h:1" }\n';
  test('are both where nothing is said', () => {
    expect(configOf(base).node.roles).toEqual(['gateway', 'worker']);
  });
  test('a gateway alone has pools and no replicas', () => {
    const text = `${shared}node: { roles: [gateway] }\npools:\n  heavy: { model: m }\n`;
    expect(configOf(text).replicas).toEqual([]);
    expect(problemsOf(`${shared}node: { roles: [gateway] }\n${base}`)).toEqual([
      ['replicas', 'a node that is no worker runs none; add worker to node.roles'],
    ]);
  });
  test('a worker has replicas, but not of every pool where hosts share a Redis', () => {
    expect(problemsOf(`pools:\n  heavy: { model: m }\n`).map(([path]) => path)).toContain('replicas');
    expect(problemsOf(`${shared}${base}  - { name: l, pool: heavy }\n`)).toEqual([]);
    expect(problemsOf(`${shared}${base.replace('heavy:', 'light: { model: n }\n  heavy:')}`)).toEqual([]);
    expect(problemsOf(base.replace('heavy:', 'light: { model: n }\n  heavy:'))).toEqual([
      ['pools.light', 'pool "light" has no replica; add one or remove the pool'],
    ]);
  });
  test('one alone needs a Redis that others share', () => {
    expect(problemsOf(`${base}node: { roles: [worker] }`)).toEqual([
      ['node.roles', 'one role alone needs a Redis that other hosts share: set redis.url'],
    ]);
  });
});
