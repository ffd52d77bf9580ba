import { expect, test } from 'bun:test';
import { listenedAt, toldIn } from './log.ts';

const at = (second: number) => new Date(second * 1000).toISOString();
const move = (second: number, replica: string, from: string, to: string) =>
  JSON.stringify({ level: 30, time: at(second), replica, from, to, because: 'x' });

const log = [
  move(1, 'bench-0', 'warming', 'ready'),
  JSON.stringify({ level: 30, time: at(2), companion: 'redis', msg: 'ready to accept connections' }),
  move(10, 'bench-1', 'ready', 'cleaning'),
  move(11, 'bench-0', 'ready', 'cleaning'),
  move(12, 'bench-0', 'warming', 'ready'),
  '{"level":30,"time":"',
].join('\n');

test('the first transition out of ready, and the next ready of a new engine, are those after the blow', () => {
  expect(toldIn(log, 'bench-0', 10_500)).toEqual({ noticedMs: 11_000, readyMs: 12_000 });
});

test('what has not been said yet is absent', () => {
  expect(toldIn(log, 'bench-0', 11_500)).toEqual({ readyMs: 12_000 });
  expect(toldIn(log, 'bench-0', 13_000)).toEqual({});
});

test('an engine listens from its own last word of the start', () => {
  const line = (second: number, text: string, from = 'engine') =>
    JSON.stringify({ at: at(second), replica: 'bench-0', from, text });
  const output = [
    line(1, 'INFO:     Application startup complete.'),
    line(5, 'INFO:     Waiting for application startup.'),
    line(6, 'INFO:     Application startup complete.', 'supervisor'),
    line(7, 'INFO:     Application startup complete.'),
  ].join('\n');
  expect(listenedAt(output, 4000)).toBe(7000);
  expect(listenedAt(output, 8000)).toBeUndefined();
});
