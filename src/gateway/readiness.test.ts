import { expect, test } from 'bun:test';
import { replica } from './fixtures/test-gateway.ts';
import { judgeReadiness } from './readiness.ts';

const pools = ['heavy', 'light'];

test('ready while every pool has a ready replica', () => {
  const replicas = [replica('heavy', 'ready'), replica('light', 'failed'), replica('light', 'ready')];
  expect(judgeReadiness(pools, replicas)).toEqual({ ready: true });
});

test('else it says which pool cannot serve, and why', () => {
  expect(judgeReadiness(pools, [replica('heavy', 'ready'), replica('light', 'starting')])).toEqual({
    ready: false,
    problem: 'light has no ready replica (light-0 starting: loading).',
  });
  expect(judgeReadiness(pools, [replica('heavy', 'draining')])).toEqual({
    ready: false,
    problem: 'heavy has no ready replica (heavy-0 draining); light has no ready replica (it has none at all).',
  });
});
