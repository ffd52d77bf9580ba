import { describe, expect, test } from 'bun:test';
import { ROUTES, ROUTING } from '../fixtures/test-gateway.ts';
import { chooseRoute, type Desk, type Wish } from './choose-route.ts';
import { createRouteTable } from './route-table.ts';
import { ANY_TENANT } from './routing-rules.ts';
import { readSignals } from './signals.ts';

const desk: Desk = { table: createRouteTable(ROUTES), rules: ROUTING, tenant: ANY_TENANT };
const [heavy, light] = ROUTES;
if (heavy === undefined || light === undefined) throw new Error('two pools are needed');
const LIGHT_MAX = ROUTING.weights.lightTokensMax;

interface Asking extends Partial<Wish>, Partial<Desk> {
  readonly promptTokens?: number;
  readonly body?: Record<string, unknown>;
}

const choose = ({ poolHeader = null, model, promptTokens = 100, body = {}, ...own }: Asking) =>
  chooseRoute({ poolHeader, model }, { promptTokens, signals: () => readSignals(body) }, { ...desk, ...own });
const chosen = (asking: Asking) => {
  const choice = choose(asking);
  return choice.ok ? choice.chosen.route.pool : choice.error.error;
};

describe('the model names a pool', () => {
  test.each([
    ['heavy', 'heavy'],
    ['big', 'heavy'],
    ['gpt-4', 'heavy'],
    ['acme/big-4B', 'heavy'],
    ['light', 'light'],
    ['acme/small-1B', 'light'],
  ])('%s → %s', (model, pool) => {
    expect(chosen({ model })).toBe(pool);
  });

  test('an unknown one is told what there is', () => {
    expect(chosen({ model: 'nope' })).toEqual({
      message:
        'The model `nope` does not exist. Use one of: heavy, light, big, gpt-4, acme/big-4B, acme/small-1B, auto.',
      type: 'invalid_request_error',
      param: 'model',
      code: 'model_not_found',
    });
  });

  test('an endless name is not repeated in full', () => {
    expect(JSON.stringify(chosen({ model: 'x'.repeat(100_000) })).length).toBeLessThan(500);
  });
});

describe('the header wins', () => {
  test('over the model', () => expect(chosen({ poolHeader: 'light', model: 'heavy' })).toBe('light'));
  test('auto too', () => expect(chosen({ poolHeader: 'auto', model: 'heavy' })).toBe('light'));
  test('and takes pools only', () => {
    expect(chosen({ poolHeader: 'big' })).toMatchObject({ code: 'model_not_found', param: 'x-ssw-pool' });
  });
});

describe('auto', () => {
  test('a short request is light', () => expect(chosen({ model: 'auto' })).toBe('light'));
  test('no model at all means auto', () => expect(chosen({})).toBe('light'));
  test('a long one is heavy', () => {
    expect(chosen({ model: 'auto', promptTokens: LIGHT_MAX })).toBe('light');
    expect(chosen({ model: 'auto', promptTokens: LIGHT_MAX + 1 })).toBe('heavy');
  });
  test('tools are heavy', () => expect(chosen({ model: 'auto', body: { tools: [{}] } })).toBe('heavy'));
  test('and it tells why; a client that chooses needs no reason', () => {
    expect(choose({ model: 'auto' })).toMatchObject({
      chosen: { reason: `auto:light score=100/${LIGHT_MAX},prompt_tokens=100,turns=1` },
    });
    expect(choose({ model: 'light' })).toMatchObject({ chosen: { reason: undefined } });
  });
  test('which pools are light and heavy is the config’s to say', () => {
    expect(chosen({ model: 'auto', rules: { ...ROUTING, light: 'heavy', heavy: 'light' } })).toBe('heavy');
  });
  test('a pool of that name wins', () => {
    const table = createRouteTable([...ROUTES, { ...heavy, pool: 'auto', aliases: [] }]);
    expect(chosen({ model: 'auto', table })).toBe('auto');
  });
  test('without such pools it is the first, and that is told', () => {
    const table = createRouteTable([{ ...heavy, pool: 'only' }]);
    expect(choose({ model: 'auto', table })).toMatchObject({
      chosen: { route: { pool: 'only' }, reason: expect.stringMatching(/,no_such_pool$/) },
    });
  });
});

describe('a tenant that chooses itself', () => {
  const tenant = { ...ANY_TENANT, auto: false };

  test('gets nothing by auto, and is not told of it', () => {
    expect(chosen({ model: 'auto', tenant })).toEqual({
      message: 'The model `auto` does not exist. Use one of: heavy, light, big, gpt-4, acme/big-4B, acme/small-1B.',
      type: 'invalid_request_error',
      param: 'model',
      code: 'model_not_found',
    });
    expect(chosen({ poolHeader: 'auto', tenant })).toMatchObject({ code: 'model_not_found', param: 'x-ssw-pool' });
  });
  test('must name a model', () => {
    expect(chosen({ tenant })).toMatchObject({ code: 'invalid_request_error', param: 'model' });
  });
});

describe('a tenant of one pool', () => {
  const tenant = { ...ANY_TENANT, mayUse: (pool: string) => pool === 'heavy' };

  test('is told which names are its own', () => {
    expect(chosen({ model: 'acme/small-1B', tenant })).toEqual({
      message: 'You may not use the model `acme/small-1B`. Use one of: heavy, big, gpt-4, acme/big-4B, auto.',
      type: 'invalid_request_error',
      param: 'model',
      code: 'model_not_allowed',
    });
    expect(chosen({ poolHeader: 'light', tenant })).toMatchObject({ code: 'model_not_allowed', param: 'x-ssw-pool' });
  });
  test('gets it by auto, however light the request', () => expect(chosen({ model: 'auto', tenant })).toBe('heavy'));
});

describe('names', () => {
  test('a pool wins over an alias, an alias over a real model', () => {
    const both = createRouteTable([
      { ...heavy, aliases: ['light', 'acme/small-1B'] },
      { ...light, aliases: [] },
    ]);
    expect(both.byName('light')?.route.pool).toBe('light');
    expect(both.byName('acme/small-1B')?.route.pool).toBe('heavy');
  });
});
