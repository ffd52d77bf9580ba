import { expect, test } from 'bun:test';
import { parseConfig } from '../config/index.ts';
import { poolRoutes } from './replica-plans.ts';

/** What the engines of `heavy`, a pool of `acme/big`, are asked by. */
function askedBy(replicas: string): string | undefined {
  const text = `pools: { heavy: { model: acme/big }, light: { model: b } }\nreplicas: [${replicas}, { name: l, pool: light }]\n`;
  const result = parseConfig('/r.yaml', text, { env: {}, uid: 0 });
  return result.ok ? poolRoutes(result.config)[0]?.engineModel : undefined;
}

test('engines are asked by the name of their pool, which a rollout does not change', () => {
  expect(askedBy('{ name: a, pool: heavy }')).toBe('heavy');
});

test('bug: where one of them is somebody else’s, so are the others all the same', () => {
  expect(askedBy("{ name: a, pool: heavy }, { name: b, pool: heavy, url: 'http://h:1' }")).toBe('heavy');
});
