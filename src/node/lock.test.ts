import { afterEach, beforeEach, expect, test } from 'bun:test';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { lockStateDirectory } from './lock.ts';

let directory: string;
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'lock-'));
});
afterEach(() => rmSync(directory, { recursive: true }));

test('a state directory has one node, and is free again after it', () => {
  const first = lockStateDirectory(directory);
  expect(first).toBeDefined();
  expect(lockStateDirectory(directory)).toBeUndefined();
  first?.release();
  const second = lockStateDirectory(directory);
  expect(second).toBeDefined();
  second?.release();
});

test('a holder that is killed holds nothing', async () => {
  const script = `import { lockStateDirectory } from '${import.meta.dir}/lock.ts';
    lockStateDirectory('${directory}'); process.stdout.write('locked'); setInterval(() => {}, 1000);`;
  const holder = Bun.spawn([process.execPath, '-e', script], { stdout: 'pipe' });
  try {
    const { value } = await holder.stdout.getReader().read();
    expect(new TextDecoder().decode(value)).toBe('locked');
    expect(lockStateDirectory(directory)).toBeUndefined();
  } finally {
    holder.kill('SIGKILL');
    await holder.exited;
  }
  const lock = lockStateDirectory(directory);
  expect(lock).toBeDefined();
  lock?.release();
});
