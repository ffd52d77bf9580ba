import { expect, test } from 'bun:test';
import type { ToCore } from '../core/messages.ts';
import { NO_TOTALS, statsOf } from '../core/totals.ts';
import { planReply } from '../reply/plan.ts';
import { createGenerations } from './generations.ts';

const choice = {
  promptTokens: 3,
  poisoned: false,
  outputTokens: 9,
  plan: planReply({ is: 'prose' }, 1),
  end: 'stop' as const,
};
const stats = statsOf(NO_TOTALS, { running: [], waiting: [], freeBlocks: 1 }, 1);

/** Generations over a core that only listens. */
function setUp() {
  const told: ToCore[] = [];
  let idles = 0;
  const generations = createGenerations({ tell: (message) => void told.push(message) }, () => (idles += 1));
  const hear = (produced: readonly number[], finished: readonly number[] = []) =>
    generations.hear({ is: 'steps', produced, finished, stats });
  return { generations, told, hear, idles: () => idles };
}

test('news that nobody took yet is merged', async () => {
  const { generations, hear } = setUp();
  const generation = generations.start([choice]);
  hear([1, 1]);
  hear([1, 2], [1]);
  expect(await generation.next()).toEqual([{ choice: 0, tokens: 3, ended: 'complete' }]);
});

test('choices are told apart, and the request is in flight until the last one ended', async () => {
  const { generations, hear, idles } = setUp();
  const generation = generations.start([choice, choice]);
  hear([1, 1, 2, 1], [1]);
  expect(await generation.next()).toEqual([
    { choice: 0, tokens: 1, ended: 'complete' },
    { choice: 1, tokens: 1, ended: undefined },
  ]);
  expect([generations.inFlight(), idles()]).toEqual([1, 0]);
  hear([2, 1], [2]);
  await generation.next();
  expect([generations.inFlight(), idles()]).toEqual([0, 1]);
});

test('a cancelled request is aborted in the core once, and wakes its reader with nothing', async () => {
  const { generations, told, hear } = setUp();
  const generation = generations.start([choice]);
  const news = generation.next();
  generation.cancel();
  generation.cancel();
  hear([1, 1]); // the step that was under way
  expect(await news).toEqual([]);
  expect(told.filter(({ is }) => is === 'abort')).toEqual([{ is: 'abort', ids: [1] }]);
  expect(generations.inFlight()).toBe(0);
});

test('all can be ended from outside, without a word from the core', async () => {
  const { generations } = setUp();
  const running = [generations.start([choice]), generations.start([choice])];
  generations.endAll('error');
  for (const generation of running) expect(await generation.next()).toEqual([{ choice: 0, tokens: 0, ended: 'error' }]);
  expect(generations.inFlight()).toBe(0);
});
