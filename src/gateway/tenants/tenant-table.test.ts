import { expect, test } from 'bun:test';
import { UNLIMITED } from './fixtures/unlimited.ts';
import { createTenantTable } from './tenant-table.ts';

const nothing = { configured: [], defaults: UNLIMITED, queueDepthMax: 2000 };
const unlimited = { requestsPerMinute: undefined, tokensPerMinute: undefined };

test('where tenants are told apart, each has a quarter of a line', () => {
  expect(createTenantTable(nothing, true).rulesOf('a').limits).toEqual({ weight: 1, depthMax: 500, ...unlimited });
});

test('where they are not, the line is its own', () => {
  expect(createTenantTable(nothing, false).rulesOf('anonymous').limits.depthMax).toBe(2000);
});

test('a tenant has what its entry says, else what the defaults say', () => {
  const settings = {
    ...nothing,
    configured: [
      { ...UNLIMITED, name: 'gold', namesTenants: true, weight: 4, queueShare: 0.5, maxTokens: 9, fallback: true },
    ],
    defaults: { ...UNLIMITED, weight: 2, requestsPerMinute: 60, tokensPerMinute: 10_000, maxInFlight: 3 },
  };
  const table = createTenantTable(settings, true);
  const limited = { requestsPerMinute: 60, tokensPerMinute: 10_000 };
  expect(table.rulesOf('gold')).toMatchObject({
    limits: { weight: 4, depthMax: 1000, ...limited },
    routing: { auto: true, fallback: true },
    answerTokensMax: 9,
    inFlightMax: 3,
    namesTenants: true,
  });
  expect(table.rulesOf('lead')).toMatchObject({
    limits: { weight: 2, depthMax: 500, ...limited },
    routing: { auto: true, fallback: false },
    answerTokensMax: undefined,
    inFlightMax: 3,
    namesTenants: false,
  });
});

test('however small its share, a tenant may have one waiting', () => {
  const defaults = { ...UNLIMITED, queueShare: 0.001 };
  expect(createTenantTable({ ...nothing, defaults, queueDepthMax: 5 }, true).rulesOf('a').limits.depthMax).toBe(1);
});
