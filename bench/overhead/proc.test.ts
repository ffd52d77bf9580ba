import { expect, test } from 'bun:test';
import { descendants, isAlive, parseResidentBytes, parseStat, readResidentBytes, readStat } from './proc.ts';

test('reads a line of /proc/PID/stat, whatever the process calls itself', () => {
  const rest = 'S 41 42 42 0 -1 4194560 100 0 0 0 250 31 7 8 20 0 12 0 9876 1000 500 184467';
  const expected = { pid: 42, parent: 41, cpuSeconds: 2.81, startedAtTicks: 9876 };
  expect(parseStat(`42 (ssw-infer) ${rest}\n`)).toEqual({ ...expected, name: 'ssw-infer' });
  expect(parseStat(`42 (a) S 1 (b c) ${rest}\n`)).toEqual({ ...expected, name: 'a) S 1 (b c' });
  expect(() => parseStat('')).toThrow('not a line of /proc/PID/stat');
});

test('reads resident memory; a zombie has none', () => {
  expect(parseResidentBytes('Name:\tbun\nVmHWM:\t  2000 kB\nVmRSS:\t  1024 kB\n')).toBe(1_048_576);
  expect(parseResidentBytes('Name:\tbun\nState:\tZ (zombie)\n')).toBe(0);
});

test('finds what a process started, and sees when it has ended', async () => {
  const child = Bun.spawn(['sh', '-c', 'sleep 30 & wait'], { stdout: 'ignore' });
  try {
    let sleeper = descendants(child.pid).find((it) => it.name === 'sleep');
    for (let tries = 0; sleeper === undefined && tries < 200; tries += 1) {
      await Bun.sleep(10);
      sleeper = descendants(child.pid).find((it) => it.name === 'sleep');
    }
    if (sleeper === undefined) throw new Error('no sleep among the descendants');
    expect(isAlive(sleeper)).toBe(true);
    process.kill(sleeper.pid, 'SIGKILL');
    await child.exited;
    expect(isAlive(sleeper)).toBe(false);
  } finally {
    child.kill('SIGKILL');
  }
});

test('this process has a name, CPU time and memory', () => {
  expect(readStat(process.pid)).toMatchObject({ pid: process.pid, parent: process.ppid });
  expect(readResidentBytes(process.pid)).toBeGreaterThan(10_000_000);
});
