import { expect, test } from 'bun:test';
import { createFakeClock } from '../../../test/support/fake-clock.ts';
import { HEAVY } from '../fixtures/test-gateway.ts';
import type { PoolRoute } from '../gateway.ts';
import { followEnds, isChanging } from './former-names.ts';

const ZERO_UNIX_MS = 1_700_000_000_000;
const DAY_MS = 86_400_000;
const former = (name: string, endsInMs: number | undefined) => ({
  name,
  isModel: false,
  untilUnixMs: endsInMs === undefined ? undefined : ZERO_UNIX_MS + endsInMs,
});

function following(route: PoolRoute) {
  const clock = createFakeClock();
  const told: string[][] = [];
  const take = (routes: readonly PoolRoute[]): void =>
    void told.push(routes.flatMap(({ formerNames = [] }) => formerNames.map(({ name }) => name)));
  const stop = followEnds([route], { clock, unixMs: () => ZERO_UNIX_MS + clock.nowMs() }, take);
  return { clock, told, stop };
}

test('a name goes when its time is over, others stay', async () => {
  const names = [former('short', 1_000), former('long', 40 * DAY_MS), former('changing', undefined)];
  const { clock, told } = following({ ...HEAVY, formerNames: names });
  expect(told).toEqual([['short', 'long', 'changing']]);
  await clock.advance(1_000);
  expect(told.at(-1)).toEqual(['long', 'changing']);
  await clock.advance(40 * DAY_MS);
  expect(told.at(-1)).toEqual(['changing']);
  expect(clock.nextInMs()).toBeUndefined();
});

test('one that is over already is never told', () => {
  expect(following({ ...HEAVY, formerNames: [former('over', -1)] }).told).toEqual([[]]);
});

test('where none ends there is no timer, and none is left behind', () => {
  expect(following(HEAVY).clock.nextInMs()).toBeUndefined();
  const { clock, stop } = following({ ...HEAVY, formerNames: [former('short', 1_000)] });
  stop();
  expect(clock.nextInMs()).toBeUndefined();
});

test('a pool changes while a name of it has no end', () => {
  expect(isChanging(HEAVY)).toBe(false);
  expect(isChanging({ ...HEAVY, formerNames: [former('a', 1)] })).toBe(false);
  expect(isChanging({ ...HEAVY, formerNames: [former('a', 1), former('b', undefined)] })).toBe(true);
});
