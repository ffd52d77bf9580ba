import { expect, test } from 'bun:test';
import { silentLog } from '../../telemetry/index.ts';
import type { OutputLine } from '../supervisor.ts';
import { createKeptOutput, OUTPUT_LINES_MAX } from './kept.ts';

const line = (replica: string, atUnixMs: number): OutputLine => ({
  replica,
  atUnixMs,
  from: 'engine',
  text: `line ${atUnixMs}`,
});

test('of each replica the last lines are kept', () => {
  const output = createKeptOutput(silentLog);
  for (let at = 0; at < 5 * OUTPUT_LINES_MAX + 7; at += 1) output.append(line('a', at));
  output.append(line('b', 3));
  expect(output.lines('a')).toHaveLength(OUTPUT_LINES_MAX);
  expect(output.lines('a').at(-1)).toEqual(line('a', 5 * OUTPUT_LINES_MAX + 6));
  expect(output.lines('b')).toEqual([line('b', 3)]);
  expect(output.lines('unknown')).toEqual([]);
});

test('lines of all replicas come in the order of time', () => {
  const output = createKeptOutput(silentLog);
  for (const it of [line('a', 1), line('a', 4), line('b', 2), line('b', 5)]) output.append(it);
  expect(output.lines().map((it) => it.atUnixMs)).toEqual([1, 2, 4, 5]);
});

test('who follows hears each line until it stops, whatever other listeners do', () => {
  const output = createKeptOutput(silentLog);
  const heard: OutputLine[] = [];
  output.onOutput(() => {
    throw new Error('a broken follower');
  });
  const stop = output.onOutput((it) => heard.push(it));
  output.append(line('a', 1));
  stop();
  output.append(line('a', 2));
  expect(heard).toEqual([line('a', 1)]);
});
