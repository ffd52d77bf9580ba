import { expect, test } from 'bun:test';
import type { Usage } from '../../queue/index.ts';
import { EVENTS_PER_LOOK, followGrowth } from './growth.ts';

/** Follows a stream that grows by one event a chunk; `counted` is what the engine says on the way. */
function follow(events: number, counted?: (event: number) => Usage | undefined): Usage[] {
  const told: Usage[] = [];
  let event = 0;
  const tap = { events: () => event, usage: () => counted?.(event) };
  const moved = followGrowth(tap, { used: (usage) => void told.push(usage) });
  while (event < events) {
    event += 1;
    moved();
  }
  return told;
}

test('a stream that says nothing of its usage is as long as it has events', () => {
  const told = follow(3 * EVENTS_PER_LOOK);
  expect(told.map(({ prompt, completion }) => [prompt, completion])).toEqual([
    [0, EVENTS_PER_LOOK + 1],
    [0, 2 * EVENTS_PER_LOOK + 1],
  ]);
});

test('one that says it is believed, from its first event on', () => {
  const counted = (event: number) => ({ prompt: 700, completion: event, cached: 300 });
  expect(follow(EVENTS_PER_LOOK + 1, counted)).toEqual([counted(1), counted(EVENTS_PER_LOOK + 1)]);
});

test('a short one costs nothing', () => {
  expect(follow(EVENTS_PER_LOOK - 1)).toEqual([]);
});
