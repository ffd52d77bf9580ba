import { expect, test } from 'bun:test';
import type { ReplicaPlan } from '../../engine/index.ts';
import { planOf } from '../plan.fixture.ts';
import { orderMoves } from './order.ts';
import { kindOf, type Move } from './request.ts';
import { moveOf, renewed, rollOf } from './trial.fixture.ts';

const HEAVY_0 = planOf('heavy-0', 0);
const HEAVY_1 = planOf('heavy-1', 1);
const LIGHT_0 = planOf('light-0', 0, 'light');
const RUNNING = [HEAVY_0, HEAVY_1, LIGHT_0];
const ALL_READY = new Set(['heavy-0', 'heavy-1', 'light-0']);

function order(moves: readonly Move[], running: readonly ReplicaPlan[] = RUNNING, ready = ALL_READY): string[] {
  return orderMoves(moves, { running, ready }).map((it) => `${kindOf(it)} ${it.replica}`);
}

const sized = (name: string, gpu: number, part: number, pool = 'heavy') =>
  planOf(name, gpu, pool, { gpuMemoryUtilization: part });

test('pools come one after another, and replicas of a pool in their order', () => {
  const moves = [rollOf(HEAVY_0), rollOf(LIGHT_0), rollOf(HEAVY_1)];
  expect(order(moves)).toEqual(['roll heavy-0', 'roll heavy-1', 'roll light-0']);
});

test('capacity comes before it leaves', () => {
  const moves = [moveOf(HEAVY_0, undefined), rollOf(HEAVY_1), moveOf(undefined, planOf('heavy-2', 1))];
  expect(order(moves)).toEqual(['add heavy-2', 'roll heavy-1', 'remove heavy-0']);
});

test('what does not serve moves before what does', () => {
  expect(order([rollOf(HEAVY_0), rollOf(HEAVY_1)], RUNNING, new Set(['heavy-0']))).toEqual([
    'roll heavy-1',
    'roll heavy-0',
  ]);
});

test('what its card has no room for waits for what makes room, whatever its pool', () => {
  const moves = [
    moveOf(sized('heavy-0', 0, 0.4), renewed(sized('heavy-0', 0, 0.6))),
    moveOf(sized('light-0', 0, 0.5, 'light'), renewed(sized('light-0', 0, 0.3, 'light'))),
  ];
  expect(order(moves, [sized('heavy-0', 0, 0.4), sized('light-0', 0, 0.5, 'light')])).toEqual([
    'roll light-0',
    'roll heavy-0',
  ]);
});

test('an addition that has room only once another one is gone comes after that', () => {
  const whole = sized('heavy-0', 0, 0.92);
  const moves = [moveOf(undefined, sized('heavy-9', 0, 0.92)), moveOf(whole, undefined)];
  expect(order(moves, [whole])).toEqual(['remove heavy-0', 'add heavy-9']);
});

test('two that change places: one leaves first and comes back last', () => {
  const one = sized('heavy-0', 0, 0.9);
  const other = sized('heavy-1', 1, 0.9);
  const moves = [moveOf(one, sized('heavy-0', 1, 0.9)), moveOf(other, sized('heavy-1', 0, 0.9))];
  expect(order(moves, [one, other])).toEqual(['remove heavy-0', 'roll heavy-1', 'add heavy-0']);
});

test('parts that add up to a whole card have room: 0.52 + 0.4', () => {
  const running = [sized('heavy-0', 0, 0.52), sized('light-0', 0, 0.4, 'light')];
  expect(order([rollOf(sized('heavy-0', 0, 0.52))], running)).toEqual(['roll heavy-0']);
});

test('what has room in no order is left as it is: its start will say so', () => {
  const moves = [moveOf(undefined, sized('heavy-9', 0, 0.9))];
  expect(order(moves)).toEqual(['add heavy-9']);
});
