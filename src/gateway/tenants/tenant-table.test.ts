import { expect, test } from 'bun:test';
import type { TenantDefaults } from '../../config/index.ts';
import { createTenantTable } from './tenant-table.ts';

const nothing: TenantDefaults = {
  weight: undefined,
  queueShare: undefined,
  requestsPerMinute: undefined,
  tokensPerMinute: undefined,
};
const rules = { configured: [], defaults: nothing, toldApart: true, queueDepthMax: 2000 };
const unlimited = { requestsPerMinute: undefined, tokensPerMinute: undefined };

test('where tenants are told apart, each has a quarter of a line', () => {
  expect(createTenantTable(rules).limitsOf('a')).toEqual({ weight: 1, depthMax: 500, ...unlimited });
});

test('where they are not, the line is its own', () => {
  expect(createTenantTable({ ...rules, toldApart: false }).limitsOf('anonymous').depthMax).toBe(2000);
});

test('a tenant has what its entry says, else what the defaults say', () => {
  const table = createTenantTable({
    ...rules,
    configured: [{ ...nothing, name: 'gold', weight: 4, queueShare: 0.5 }],
    defaults: { ...nothing, weight: 2, requestsPerMinute: 60, tokensPerMinute: 10_000 },
  });
  const limited = { requestsPerMinute: 60, tokensPerMinute: 10_000 };
  expect(table.limitsOf('gold')).toEqual({ weight: 4, depthMax: 1000, ...limited });
  expect(table.limitsOf('lead')).toEqual({ weight: 2, depthMax: 500, ...limited });
});

test('however small its share, a tenant may have one waiting', () => {
  const defaults = { ...nothing, queueShare: 0.001 };
  expect(createTenantTable({ ...rules, defaults, queueDepthMax: 5 }).limitsOf('a').depthMax).toBe(1);
});
