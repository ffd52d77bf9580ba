import { describe, expect, test } from 'bun:test';
import { parseConfig } from './load.ts';

const base = `pools:
  heavy: { model: m }
replicas:
  - { name: heavy-0, pool: heavy }
`;
const parse = (text: string) => parseConfig('/etc/ssw/r.yaml', `${base}${text}`, { env: {}, uid: 0 });
const configOf = (text: string) => {
  const loaded = parse(text);
  if (!loaded.ok) throw new Error(loaded.problems.map((it) => it.message).join('\n'));
  return loaded.config;
};
const problemsOf = (text: string) => {
  const loaded = parse(text);
  return loaded.ok ? [] : loaded.problems.map((it) => [it.path, it.message]);
};

describe('tenants', () => {
  test('have limits of their own, others the defaults', () => {
    const { tenants, tenantDefaults } = configOf(`
tenants:
  - { name: npc, weight: 3, tokens_per_minute: 9000, pools: [heavy], max_priority: bulk, max_tokens: 500, deadline_s: 1.5,
      max_in_flight: 8, auto_routing: false, fallback: true }
tenant_defaults: { queue_share: 0.1 }`);
    expect(tenants).toEqual([
      {
        name: 'npc',
        namesTenants: false,
        weight: 3,
        queueShare: undefined,
        requestsPerMinute: undefined,
        tokensPerMinute: 9000,
        pools: ['heavy'],
        maxPriority: 'bulk',
        maxTokens: 500,
        deadlineMs: 1500,
        maxInFlight: 8,
        autoRouting: false,
        fallback: true,
      },
    ]);
    expect(tenantDefaults.queueShare).toBe(0.1);
  });

  test('are named once', () => {
    expect(problemsOf(`tenants:\n  - { name: a }\n  - { name: a }`)).toEqual([
      ['tenants[1].name', 'duplicate tenant "a"'],
    ]);
  });

  test('use pools that there are', () => {
    expect(problemsOf('tenants: [{ name: a, pools: [heavy, light] }]\ntenant_defaults: { pools: [none] }')).toEqual([
      ['tenants[0].pools[1]', 'unknown pool "light"; pools are: heavy'],
      ['tenant_defaults.pools[0]', 'unknown pool "none"; pools are: heavy'],
    ]);
  });

  test('speak for others only where a header says for whom', () => {
    const text = 'tenants: [{ name: front, names_tenants: true }]';
    expect(problemsOf(text)).toEqual([
      ['tenants[0].names_tenants', 'it needs a header to name them in: set gateway.tenant_header'],
    ]);
    expect(problemsOf(`gateway: { tenant_header: x-tenant }\n${text}`)).toEqual([]);
  });
});

describe('the file of keys', () => {
  test('is with the state, or where the config says, relative to itself', () => {
    expect(configOf('paths: { state: /s }').paths.keysFile).toBe('/s/keys.json');
    expect(configOf('gateway: { keys_file: keys.json }').paths.keysFile).toBe('/etc/ssw/keys.json');
  });
});
