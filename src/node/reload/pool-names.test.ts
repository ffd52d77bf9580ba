import { beforeEach, describe, expect, test } from 'bun:test';
import type { PoolRoute } from '../../gateway/index.ts';
import { layeredOf } from '../kept/kept.fixture.ts';
import { createPoolNames, type PoolNames } from './pool-names.ts';

const base = `
pools:
  heavy: { model: a, aliases: [big] }
  light: { model: b }
replicas: [{ name: heavy-0, pool: heavy }, { name: light-0, pool: light }]
rollout: { alias_old_name_s: 60 }
`;
const load = (text: string) => layeredOf(text).config;
const from = load(base);
const to = load(base.replace('model: a, aliases: [big]', 'model: c, aliases: [huge]'));

let told: readonly PoolRoute[];
let nowUnixMs: number;
let names: PoolNames;
beforeEach(() => {
  nowUnixMs = 1_000_000;
  names = createPoolNames(from, {
    former: [{ pool: 'heavy', name: 'z', untilUnixMs: nowUnixMs + 1 }],
    unixMs: () => nowUnixMs,
    setRoutes: (routes) => (told = routes),
  });
});
const heavy = () => {
  const route = told.find((it) => it.pool === 'heavy');
  return { model: route?.model, former: route?.formerNames?.map((it) => [it.name, it.untilUnixMs]) };
};

test('a node starts with the names that its last life left to the pools', () => {
  expect(heavy()).toEqual({ model: 'a', former: [['z', 1_000_001]] });
  expect(names.routes()).toEqual(told);
});

describe('while a model changes', () => {
  test('its pool answers to both, and to the aliases of both', () => {
    names.duringChange(from, to);
    expect(heavy()).toEqual({
      model: 'c',
      former: [
        ['z', 1_000_001],
        ['a', undefined],
        ['big', undefined],
      ],
    });
  });

  test('a pool that comes is there from the beginning, and one that goes is not entered any more', () => {
    names.duringChange(from, load(base.replaceAll('light', 'tiny')));
    expect(told.map((it) => it.pool)).toEqual(['heavy', 'tiny']);
  });

  test('nothing of it stays where it is taken back', () => {
    names.duringChange(from, to);
    names.backTo(from);
    expect(heavy()).toEqual({ model: 'a', former: [['z', 1_000_001]] });
  });
});

describe('once a model has changed', () => {
  test('its name stays for the stated time, and an alias that was taken away does not', () => {
    names.adopt(to, names.after(from, to));
    expect(heavy()).toEqual({
      model: 'c',
      former: [
        ['z', 1_000_001],
        ['a', 1_060_000],
      ],
    });
  });

  test('names whose time is over are forgotten, and so is one that is a model again', () => {
    nowUnixMs += 1;
    const former = names.after(from, to);
    expect(former).toEqual([{ pool: 'heavy', name: 'a', untilUnixMs: 1_060_001 }]);
    names.adopt(to, former);
    expect(names.after(to, from)).toEqual([{ pool: 'heavy', name: 'c', untilUnixMs: 1_060_001 }]);
  });

  test('those of a pool that is gone go with it', () => {
    expect(names.after(from, load(base.replaceAll('heavy', 'mighty')))).toEqual([]);
  });
});
