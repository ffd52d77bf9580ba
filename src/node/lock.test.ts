import { afterEach, beforeEach, expect, test } from 'bun:test';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { lockDirectory } from './lock.ts';

let directory: string;
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'lock-'));
});
afterEach(() => rmSync(directory, { recursive: true }));

test('a directory has one node, and is free again after it', () => {
  const first = lockDirectory(directory);
  expect(first).toBeDefined();
  expect(lockDirectory(directory)).toBeUndefined();
  first?.release();
  const second = lockDirectory(directory);
  expect(second).toBeDefined();
  second?.release();
});

test('a holder that is killed holds nothing', async () => {
  const script = `import { lockDirectory } from '${import.meta.dir}/lock.ts';
    lockDirectory('${directory}'); process.stdout.write('locked'); setInterval(() => {}, 1000);`;
  const holder = Bun.spawn([process.execPath, '-e', script], { stdout: 'pipe' });
  try {
    const { value } = await holder.stdout.getReader().read();
    expect(new TextDecoder().decode(value)).toBe('locked');
    expect(lockDirectory(directory)).toBeUndefined();
  } finally {
    holder.kill('SIGKILL');
    await holder.exited;
  }
  const lock = lockDirectory(directory);
  expect(lock).toBeDefined();
  lock?.release();
});
