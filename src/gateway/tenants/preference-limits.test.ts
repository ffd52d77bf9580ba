import { expect, test } from 'bun:test';
import type { Priority } from '../../queue/index.ts';
import { UNLIMITED } from './fixtures/unlimited.ts';
import { limitedPreferences, withinLimits } from './preference-limits.ts';

const limits = (own: Partial<typeof UNLIMITED>, all: Partial<typeof UNLIMITED> = {}) =>
  limitedPreferences({ ...UNLIMITED, ...own }, { ...UNLIMITED, ...all });

test.each<[Priority, Priority | undefined, Priority]>([
  ['interactive', undefined, 'interactive'],
  ['interactive', 'default', 'default'],
  ['interactive', 'bulk', 'bulk'],
  ['bulk', 'default', 'bulk'],
])('asked for %s where at most %s is allowed, a request is %s', (priority, maxPriority, granted) => {
  expect(withinLimits({ priority, maxWaitMs: undefined }, limits({ maxPriority })).priority).toBe(granted);
});

test.each([
  ['its own, where the client names none', undefined, 500],
  ['the client’s, where that is shorter', 200, 200],
  ['its own, where that is', 900, 500],
])('a tenant with a deadline waits for %s', (_, maxWaitMs, granted) => {
  expect(withinLimits({ priority: 'default', maxWaitMs }, limits({ deadlineMs: 500 })).maxWaitMs).toBe(granted);
});

test('one without waits as long as its client does', () => {
  expect(withinLimits({ priority: 'default', maxWaitMs: 7 }, limits({})).maxWaitMs).toBe(7);
  expect(withinLimits({ priority: 'default', maxWaitMs: undefined }, limits({})).maxWaitMs).toBeUndefined();
});

test('what a tenant says goes before what all say', () => {
  const all = { maxPriority: 'bulk', deadlineMs: 5 } as const;
  expect(limits({ maxPriority: 'interactive' }, all)).toEqual({ priorityMax: 'interactive', waitMsMax: 5 });
});
