import { expect, test } from 'bun:test';
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { stateFilesIn } from './state-files.ts';

test('keeps a text as a whole, and has none where there is none', () => {
  const directory = mkdtempSync(join(tmpdir(), 'ssw-state-'));
  const files = stateFilesIn(join(directory, 'config'));
  expect(files.read('a')).toBeUndefined();
  files.write('a', 'one');
  files.write('a', 'two');
  expect(files.read('a')).toBe('two');
  files.remove('a');
  files.remove('a');
  expect(files.read('a')).toBeUndefined();
  rmSync(directory, { recursive: true });
});

test('bug: a file that cannot be read was not named', () => {
  const directory = mkdtempSync(join(tmpdir(), 'ssw-state-'));
  mkdirSync(join(directory, 'rejected.json'));
  expect(() => stateFilesIn(directory).read('rejected.json')).toThrow(`cannot read ${directory}/rejected.json: EISDIR`);
  rmSync(directory, { recursive: true });
});
