import { afterEach, expect, test } from 'bun:test';
import { existsSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { silentLog, systemClock } from '../../telemetry/index.ts';
import { LAST_LINES_MAX, LINES_PER_SECOND_MAX } from '../output/meter.ts';
import type { ProcessGroup, Processes } from './process-group.ts';
import { createProcesses } from './processes.ts';
import { eventually, scratchDirectory } from './scratch.fixture.ts';

const env = { PATH: '/usr/bin:/bin' };
const undo: (() => void | Promise<void>)[] = [];

afterEach(async () => {
  for (const step of undo.splice(0).toReversed()) await step();
});

function setUp(): { processes: Processes; directory: string } {
  const scratch = scratchDirectory();
  const processes = createProcesses({ clock: systemClock, log: silentLog, stateDirectory: scratch.path });
  undo.push(
    () => scratch[Symbol.dispose](),
    () => processes.close(),
  );
  return { processes, directory: scratch.path };
}

function spawn(processes: Processes, script: string): { group: ProcessGroup; lines: string[] } {
  const lines: string[] = [];
  const group = processes.spawn({ name: 'engine', argv: ['sh', '-c', script], env }, (text) => lines.push(text));
  undo.push(async () => {
    group.killGroup();
    await eventually('nothing is left', () => group.members().length === 0);
    group.forget();
  });
  return { group, lines };
}

/** Lets two seconds pass; answers with the longest that a timer of 5 ms was late. */
async function latestTimerMs(): Promise<number> {
  const startMs = performance.now();
  let worstMs = 0;
  for (let lastMs = startMs; lastMs < startMs + 2_000;) {
    await Bun.sleep(5);
    const nowMs = performance.now();
    worstMs = Math.max(worstMs, nowMs - lastMs - 5);
    lastMs = nowMs;
  }
  return worstMs;
}

test('bug: an engine that floods its output neither stops timers nor floods the log', async () => {
  const { processes } = setUp();
  const { lines } = spawn(processes, 'yes');
  await eventually('it writes', () => lines.length > 0);
  expect(await latestTimerMs()).toBeLessThan(500); // of a busy machine; it was for good
  expect(lines.length).toBeLessThan(5 * (LINES_PER_SECOND_MAX + LAST_LINES_MAX));
  expect(lines.some((line) => line.includes('lines dropped'))).toBe(true);
});

test('bug: what an engine says after a flood, before it dies, is kept', async () => {
  const { processes } = setUp();
  const { group, lines } = spawn(processes, 'yes | head -n 300000; echo out of memory; exit 1');
  await group.exited;
  await group.outputEnded;
  expect(lines.at(-1)).toBe('out of memory');
  expect(lines.length).toBeLessThan(300_000);
});

test('bug: the directory of a socket that was removed under us is made again', () => {
  const { processes, directory } = setUp();
  const path = join(directory, 'run', 'heavy-0.sock');
  processes.removeSocket(path);
  writeFileSync(path, ''); // bind(2) would make it
  processes.removeSocket(path);
  expect(existsSync(path)).toBe(false);
  rmSync(join(directory, 'run'), { recursive: true });
  processes.removeSocket(path);
  expect(existsSync(join(directory, 'run'))).toBe(true);
});
