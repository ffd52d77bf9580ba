import { afterAll, expect, test } from 'bun:test';
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { KEYS_BYTES_MAX, keyFiles } from './key-files.ts';

const directory = mkdtempSync(join(tmpdir(), 'ssw-keys-'));
afterAll(() => rmSync(directory, { recursive: true }));
const at = (name: string) => join(directory, name);

test('a file is read, also by another name', () => {
  writeFileSync(at('keys.json'), '{}');
  symlinkSync(at('keys.json'), at('link.json'));
  expect(keyFiles.read(at('link.json'))).toEqual({ is: 'text', text: '{}' });
  expect(keyFiles.read(at('none.json'))).toEqual({ is: 'missing' });
});

test('bug: a pipe, a device or a directory in its place is told, and not waited for', () => {
  const pipe = at('pipe.json');
  expect(Bun.spawnSync(['mkfifo', pipe]).exitCode).toBe(0);
  mkdirSync(at('directory.json'));
  for (const file of [pipe, at('directory.json'), '/dev/zero'])
    expect(keyFiles.read(file)).toEqual({ is: 'unreadable', problem: 'it is no file' });
});

test('bug: a file too long for any number of keys is not read', () => {
  writeFileSync(at('long.json'), '');
  truncateSync(at('long.json'), KEYS_BYTES_MAX + 1);
  expect(keyFiles.read(at('long.json'))).toMatchObject({ is: 'unreadable' });
});
