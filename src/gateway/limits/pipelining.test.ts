import { expect, test } from 'bun:test';
import { limitPipelining } from './pipelining.ts';

const REQUEST = new Request('http://a/health');

function scene() {
  let port = 1;
  const turns: (() => void)[] = [];
  const closes = limitPipelining({ portOf: () => port, afterThisTurn: (callback) => turns.push(callback) });
  return {
    /** How many of `count` requests from `from` on are the last of their connection. */
    send: (count: number, from: number, portsInTurn = 1) =>
      Array.from({ length: count }, (_, index) => {
        port = from + (index % portsInTurn);
        return closes(REQUEST);
      }).filter(Boolean).length,
    endTurn: () => turns.splice(0).forEach((callback) => callback()),
    turns,
  };
}

test('requests that come one a turn are never too many', () => {
  const { send, endTurn } = scene();
  for (let turn = 0; turn < 2000; turn += 1) {
    expect(send(1, 7)).toBe(0);
    endTurn();
  }
});

test('a thousand clients that ask at once are not, either', () => {
  expect(scene().send(4000, 1, 1000)).toBe(0);
});

test('one that sends hundreds at once is closed, and the others are not', () => {
  const { send } = scene();
  expect(send(512 + 16, 7)).toBe(0);
  expect(send(1, 7)).toBe(1);
  expect(send(1, 8)).toBe(0);
});

test('a turn is asked for once', () => {
  const { send, turns } = scene();
  send(100, 7);
  expect(turns).toHaveLength(1);
});
