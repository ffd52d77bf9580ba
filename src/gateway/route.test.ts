import { describe, expect, test } from 'bun:test';
import { ROUTES } from './fixtures/test-gateway.ts';
import { createRouteTable } from './route-table.ts';
import { chooseRoute, LIGHT_PROMPT_TOKENS_MAX, type Wish } from './route.ts';

const table = createRouteTable(ROUTES);
const short = { bodyBytes: 400, outputTokensMax: undefined, outputTokensMin: undefined, choices: 1, usesTools: false };
const long = { ...short, bodyBytes: 4 * LIGHT_PROMPT_TOKENS_MAX + 4 };

const chosen = (wish: Partial<Wish>, shape = short, routes = table) => {
  const routing = chooseRoute({ poolHeader: null, model: undefined, ...wish }, shape, routes);
  return routing.ok ? routing.route.pool : routing.error.error;
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
  test('a long one is heavy', () => expect(chosen({ model: 'auto' }, long)).toBe('heavy'));
  test('tools are heavy', () => expect(chosen({ model: 'auto' }, { ...short, usesTools: true })).toBe('heavy'));
  test('a pool of that name wins', () => {
    const named = createRouteTable([...ROUTES, { ...ROUTES[0]!, pool: 'auto', aliases: [] }]);
    expect(chosen({ model: 'auto' }, short, named)).toBe('auto');
  });
  test('without such pools it is the first', () => {
    const other = createRouteTable([{ ...ROUTES[0]!, pool: 'only' }]);
    expect(chosen({ model: 'auto' }, short, other)).toBe('only');
  });
});

describe('names', () => {
  test('a pool wins over an alias, an alias over a real model', () => {
    const [heavy, light] = [ROUTES[0]!, ROUTES[1]!];
    const both = createRouteTable([
      { ...heavy, aliases: ['light', 'acme/small-1B'] },
      { ...light, aliases: [] },
    ]);
    expect(both.byName('light')?.pool).toBe('light');
    expect(both.byName('acme/small-1B')?.pool).toBe('heavy');
  });
});
