import { expect } from 'bun:test';
import type { Result } from '../store.ts';
import { describeBoth } from './fixtures/both-machines.ts';
import { admission, NO_LIMITS, type PoolNode } from './fixtures/pool.ts';

const perMinute = (requestsPerMinute: number, tokensPerMinute = 0) => ({
  ...NO_LIMITS,
  requestsPerMinute,
  tokensPerMinute,
});

let made = 0;
const ask = (node: PoolNode, limits: typeof NO_LIMITS, costTokens = 100): Promise<Result> => {
  made += 1;
  return node.do(admission(`${made}`, { costTokens }, limits));
};

describeBoth({
  'as many requests as a minute allows may come at once; then they come evenly': async (pool) => {
    const node = await pool.node('a');
    for (let left = 6; left >= 0; left -= 1) {
      expect(await ask(node, perMinute(7))).toMatchObject({
        rate: { requests: { remaining: left }, tokens: undefined },
      });
    }
    const limited = { type: 'limited', by: 'requests', retryAfterMs: 8572, rate: { requests: { remaining: 0 } } };
    expect(await ask(node, perMinute(7))).toMatchObject(limited);
    pool.wait(8571);
    expect(await ask(node, perMinute(7))).toMatchObject({ type: 'limited', retryAfterMs: 1 });
    pool.wait(1);
    expect(await ask(node, perMinute(7))).toMatchObject({ type: 'admitted' });
  },

  'a request that lacks tokens takes no request from the allowance': async (pool) => {
    const node = await pool.node('a');
    expect(await ask(node, perMinute(10, 1_000), 600)).toMatchObject({
      rate: { requests: { remaining: 9, resetMs: 6_000 }, tokens: { remaining: 400, resetMs: 36_000 } },
    });
    const limited = { type: 'limited', by: 'tokens', retryAfterMs: 12_000, rate: { requests: { remaining: 9 } } };
    expect(await ask(node, perMinute(10, 1_000), 600)).toMatchObject(limited);
    pool.wait(12_000);
    expect(await ask(node, perMinute(10, 1_000), 600)).toMatchObject({ type: 'admitted' });
  },

  'what is dearer than a whole allowance runs when that is whole, and leaves a debt': async (pool) => {
    const node = await pool.node('a');
    expect(await ask(node, perMinute(0, 1_000), 3_000)).toMatchObject({
      rate: { tokens: { remaining: 0, resetMs: 180_000 } },
    });
    expect(await ask(node, perMinute(0, 1_000), 1)).toMatchObject({ type: 'limited', retryAfterMs: 120_060 });
    expect(await ask(node, perMinute(0, 1_000), 3_000)).toMatchObject({ type: 'limited', retryAfterMs: 180_000 });
  },

  'a cancel and a finish put tokens back or take more, to the allowance and not above': async (pool) => {
    const node = await pool.node('a');
    const limits = perMinute(0, 1_000);
    const refund = { tenant: 'acme', tokens: 600, tokensPerMinute: 1_000 };
    await node.commit([admission('one', { costTokens: 600 }, limits)]);
    await node.do({ type: 'cancel', id: 'one', refund });
    expect(await ask(node, limits, 0)).toMatchObject({ rate: { tokens: { remaining: 1_000, resetMs: 0 } } });
    await node.commit([admission('two', { costTokens: 100 }, limits)]);
    await node.do({ type: 'cancel', id: 'two', refund });
    await node.do({ type: 'cancel', id: 'two', refund: { ...refund, tokens: -600 } }); // stale: changes nothing
    expect(await ask(node, limits, 0)).toMatchObject({ rate: { tokens: { remaining: 1_000, resetMs: 0 } } });
  },

  'bug: a clock that is set back makes nobody wait longer, nor gives back what was used': async (pool) => {
    const node = await pool.node('a');
    await ask(node, perMinute(10, 1_000), 3_000);
    pool.wait(-3_600_000);
    const limited = { type: 'limited', by: 'tokens', retryAfterMs: 120_060, rate: { requests: { remaining: 9 } } };
    expect(await ask(node, perMinute(10, 1_000), 1)).toMatchObject(limited);
    pool.wait(120_060);
    expect(await ask(node, perMinute(10, 1_000), 1)).toMatchObject({ type: 'admitted' });
  },

  'a tenant has an allowance of its own': async (pool) => {
    const node = await pool.node('a');
    await ask(node, perMinute(1));
    expect(await ask(node, perMinute(1))).toMatchObject({ type: 'limited' });
    expect(await node.do(admission('z', { tenant: 'z' }, perMinute(1)))).toMatchObject({ type: 'admitted' });
  },

  'a tenant has only so many in line, of all its tiers; a refusal takes nothing': async (pool) => {
    const node = await pool.node('a');
    const limits = { ...perMinute(10), tenantDepthMax: 2 };
    await node.commit([admission('z', { tenant: 'z' }), admission('1', { priority: 'bulk' }, limits)]);
    await node.commit([admission('2', {}, limits)]);
    expect(await ask(node, limits)).toEqual({ type: 'refused', why: 'tenant_full', depth: 2 });
    await node.do({ type: 'cancel', id: '1', refund: undefined });
    expect(await ask(node, limits)).toMatchObject({ rate: { requests: { remaining: 7 } } });
  },
});
