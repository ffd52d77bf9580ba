import { expect, test } from 'bun:test';
import { describePlan, parseConfig, planChange, replicaDefinitions, type Config } from './index.ts';

const base = `
gateway: { port: 8000 }
pools:
  heavy: { model: a }
  light: { model: b }
replicas:
  - { name: heavy-0, pool: heavy, gpu: 0, gpu_memory_utilization: 0.5 }
  - { name: light-0, pool: light, gpu: 0, gpu_memory_utilization: 0.4 }
`;

function load(text: string): Config {
  const result = parseConfig('/r.yaml', text, { env: {}, uid: 0 });
  if (!result.ok) throw new Error(JSON.stringify(result.problems));
  return result.config;
}
const running = replicaDefinitions(load(base));
const plan = (to: string) => describePlan(planChange(load(base), running, load(to)));

test('the same file changes nothing', () => {
  expect(plan(`# a comment\n${base}`)).toEqual([]);
});

test('only the replicas whose definition changed are restarted', () => {
  expect(plan(base.replace('model: b', 'model: c'))).toEqual([
    'restart replica light-0 (changed: pool.model, pool.servedName)',
  ]);
  expect(plan(base.replace('name: heavy-0, pool: heavy, gpu: 0', 'name: heavy-0, pool: heavy, gpu: 1'))).toEqual([
    'restart replica heavy-0 (changed: gpu)',
  ]);
});

test('replicas come and go by name, removals first', () => {
  expect(plan(base.replace('name: heavy-0', 'name: heavy-9'))).toEqual([
    'remove replica heavy-0',
    'add replica heavy-9',
  ]);
});

test('what is bound at start needs a restart, and is told first', () => {
  const text = `${base.replace('8000', '8001').replace('model: b', 'model: c')}cards: { nvidia_smi: /bin/smi }\n`;
  expect(plan(text)).toEqual([
    'needs a restart of the service: gateway.port, cards.nvidia_smi',
    'restart replica light-0 (changed: pool.model, pool.servedName)',
  ]);
  const whole = `${base}node: { name: n }\nredis: { url: redis://h/0 }\npaths: { state: /s }\n`;
  expect(plan(`${whole}control: { tcp: { port: 1, key_file: k } }\nengine: { kind: sim }\n`)[0]).toBe(
    'needs a restart of the service: node, redis, paths, control, engine.kind',
  );
});

test('numbers and limits are taken in place, by the names that the file has for them', () => {
  const text = [
    base.replace('port: 8000', 'port: 8000, keys_file: k.json, max_body_bytes: 4096, cors: { allow_origins: ["*"] }'),
    'health: { interval_s: 2 }',
    'queue: { max_wait_s: 3, shares: { bulk: 2 } }',
    'routing: { turn_tokens: 7 }',
    'cards: { wait_s: 5 }',
    'rollout: { start_timeout_s: 60 }',
    'eval: { smoke: false }',
    'telemetry: { log_level: debug }',
    'restart: { stop_grace_s: 3 }',
  ].join('\n');
  const { needsRestart, inPlace, steps } = planChange(load(base), running, load(text));
  expect({ needsRestart, steps }).toEqual({ needsRestart: [], steps: [] });
  expect(inPlace).toEqual([
    'gateway.max_body_bytes',
    'gateway.cors',
    'gateway.keys_file',
    'cards.wait_s',
    'health.interval_s',
    'queue.max_wait_s',
    'queue.shares',
    'routing.weights',
    'rollout.start_timeout_s',
    'eval.smoke',
    'telemetry.log_level',
    'restart',
  ]);
});

test('what engines need not know of their pool, and how one replica is restarted, is taken in place', () => {
  const text = base
    .replace('{ model: b }', '{ model: b, aliases: [small], min_ready: 1, objectives: {} }')
    .replace('name: light-0,', 'name: light-0, restart: { stop_grace_s: 1 },');
  expect(plan(text)).toEqual([
    'take pools.light.aliases in place',
    'take pools.light.min_ready in place',
    'take pools.light.objectives in place',
    'take replicas.light-0.restart in place',
  ]);
});

test('pools come before their replicas, and go after them', () => {
  const text = base.replace('light: { model: b }', 'tiny: { model: t }').replaceAll('light', 'tiny');
  expect(plan(text)).toEqual(['add pool tiny', 'remove replica light-0', 'add replica tiny-0', 'remove pool light']);
});

test('tenants are taken in place, before any replica is touched', () => {
  expect(plan(`${base.replace('model: b', 'model: c')}tenants: [{ name: npc, weight: 2 }]\n`)).toEqual([
    'take tenants in place',
    'restart replica light-0 (changed: pool.model, pool.servedName)',
  ]);
  expect(plan(`${base}tenant_defaults: { max_tokens: 100 }\n`)).toEqual(['take tenant_defaults in place']);
});

test('after a reload that stopped halfway, the old file brings the moved replica back', () => {
  const halfway = new Map([
    ...running,
    ...[...replicaDefinitions(load(base.replace('model: b', 'model: c')))].slice(1),
  ]);
  expect(describePlan(planChange(load(base), halfway, load(base)))).toEqual([
    'restart replica light-0 (changed: pool.model, pool.servedName)',
  ]);
});
