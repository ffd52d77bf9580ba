import { expect, test } from 'bun:test';
import { describeStep, parseConfig, planChange, type Config } from './index.ts';

const base = `
gateway: { port: 8000 }
pools:
  heavy: { model: a }
  light: { model: b }
replicas:
  - { name: heavy-0, pool: heavy, gpu: 0 }
  - { name: light-0, pool: light, gpu: 0 }
`;

function load(text: string): Config {
  const result = parseConfig('/r.yaml', text, { env: {}, uid: 0 });
  if (!result.ok) throw new Error(JSON.stringify(result.problems));
  return result.config;
}
const plan = (to: string) => planChange(load(base), load(to)).map(describeStep);

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

test('numbers of health and queue change in place; an address needs a restart and comes first', () => {
  expect(plan(`${base.replace('8000', '8001')}health: { interval_s: 2 }\n`)).toEqual([
    'needs a restart of the service: gateway',
    'change in place: health',
  ]);
});
