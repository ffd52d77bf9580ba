import { expect, test } from 'bun:test';
import { replica } from './fixtures/test-gateway.ts';
import { judgeReadiness } from './readiness.ts';

const pools = ['heavy', 'light'];
const nowhere: ReadonlySet<string> = new Set();

test('ready while every pool has a ready replica', () => {
  const replicas = [replica('heavy', 'ready'), replica('light', 'failed'), replica('light', 'ready')];
  expect(judgeReadiness(pools, replicas, nowhere)).toEqual({ ready: true });
});

test('else it says which pool cannot serve, and why', () => {
  expect(judgeReadiness(pools, [replica('heavy', 'ready'), replica('light', 'starting')], nowhere)).toEqual({
    ready: false,
    problem: 'light has no ready replica (light-0 starting: loading).',
  });
  expect(judgeReadiness(pools, [replica('heavy', 'draining')], nowhere)).toEqual({
    ready: false,
    problem: 'heavy has no ready replica (heavy-0 draining); light has no ready replica (it has none at all).',
  });
});

test('what other hosts serve is served', () => {
  expect(judgeReadiness(pools, [replica('heavy', 'ready')], new Set(['light']))).toEqual({ ready: true });
  expect(judgeReadiness(pools, [replica('heavy', 'failed')], new Set(['light']))).toMatchObject({ ready: false });
});
