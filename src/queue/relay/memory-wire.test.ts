import { expect, test } from 'bun:test';
import { createFakeClock } from '../../../test/support/fake-clock.ts';
import { createMemoryWires, type Fate } from './memory-wire.ts';

function nodes(fate?: Fate) {
  const clock = createFakeClock();
  const wires = createMemoryWires(clock, fate);
  const [a, b] = [wires.open('a'), wires.open('b')];
  const heard: number[] = [];
  b.listen(([first = -1]) => void heard.push(first));
  const send = (value: number): void => a.send('b', Uint8Array.of(value));
  return { clock, wires, a, b, heard, send };
}

test('delivers in another turn, in order, however late single messages are', async () => {
  const lateMs = [50, 0, 20];
  const { clock, heard, send } = nodes((_from, _to, [value = 0]) => lateMs[value] ?? 0);
  for (const value of [0, 1, 2]) send(value);
  expect(heard).toEqual([]);
  await clock.advance(49);
  expect(heard).toEqual([]);
  await clock.advance(1);
  expect(heard).toEqual([0, 1, 2]);
});

test('loses what is to be lost, and what nobody hears', async () => {
  const { clock, heard, send, b, wires } = nodes((_from, _to, [value = 0]) => (value === 1 ? 'lost' : 0));
  for (const value of [0, 1, 2]) send(value);
  await clock.advance(0);
  expect(heard).toEqual([0, 2]);
  await b.close();
  send(3);
  await clock.advance(0);
  wires.open('b').listen(([first = -1]) => void heard.push(first));
  send(4);
  await clock.advance(0);
  expect(heard).toEqual([0, 2, 4]);
});

test('rings at every node', async () => {
  const { clock, wires, a, b } = nodes();
  const rung: string[] = [];
  a.onBell((pool) => void rung.push(`a ${pool}`));
  b.onBell((pool) => void rung.push(`b ${pool}`));
  wires.ring('heavy');
  await clock.advance(0);
  expect(rung).toEqual(['a heavy', 'b heavy']);
});
