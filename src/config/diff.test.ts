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
  const text = `${base.replace('8000', '8001').replace('model: b', 'model: c')}health: { interval_s: 2 }\n`;
  expect(plan(text)).toEqual([
    'needs a restart of the service: gateway, health',
    'restart replica light-0 (changed: pool.model, pool.servedName)',
  ]);
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
