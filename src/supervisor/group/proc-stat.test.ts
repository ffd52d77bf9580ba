import { expect, test } from 'bun:test';
import { readProcess } from './proc.ts';
import { parseProcessStat } from './proc-stat.ts';

/** A line as the kernel writes it, around a command name. */
const line = (name: string, state = 'S') =>
  `30506 (${name}) ${state} 1 30490 30490 0 -1 4194560 1482 0 0 0 12 4 0 0 20 0 7 0 8814231 1073741824 52000 ` +
  `18446744073709551615 1 1 0 0 0 0 0 16781312 134759 0 0 0 17 1 0 0 0 0 0 0 0 0 0 0 0 0 0\n`;

const expected = { pid: 30_506, state: 'S', processGroup: 30_490, session: 30_490, threads: 7, startTicks: 8_814_231 };

test('the fields that matter are read', () => {
  expect(parseProcessStat(line('VLLM::EngineCor'))).toEqual({ ...expected, comm: 'VLLM::EngineCor' });
});

test('a command name may hold anything, parentheses and line ends too', () => {
  for (const name of ['', 'tmux: server', 'a) S 1 1 1 (b', '((sd-pam))', 'two\nlines', ') R 9 9']) {
    expect(parseProcessStat(line(name))).toEqual({ ...expected, comm: name });
  }
});

test('a zombie shows its state', () => {
  expect(parseProcessStat(line('sh', 'Z'))?.state).toBe('Z');
});

test('what is no such line is no process', () => {
  for (const text of ['', '12', '12 (sh', ') 12 (', '12 (sh) S 1 2', 'x (sh) S 1 2 3 4']) {
    expect(parseProcessStat(text)).toBeUndefined();
  }
});

test('our own process reads as it is', () => {
  expect(readProcess(process.pid)).toMatchObject({ pid: process.pid });
});
