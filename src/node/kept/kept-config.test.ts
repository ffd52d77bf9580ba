import { afterEach, beforeEach, expect, test } from 'bun:test';
import { mkdtempSync, readdirSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseConfig } from '../../config/index.ts';
import { createConfigStore } from './config-store.ts';
import { formatLastGood, keepConfig, parseLastGood, revive } from './kept-config.ts';
import { createDisk, fileWith, layeredOf, NOW, SOURCE, swapTo } from './kept.fixture.ts';
import { stateFilesIn } from './state-files.ts';

let directory: string;
beforeEach(() => void (directory = mkdtempSync(join(tmpdir(), 'kept-'))));
afterEach(() => rmSync(directory, { recursive: true }));

const swapped = layeredOf(fileWith('old'), swapTo('next', 'old'));

test('a last good config is its own file below two comments, and comes back byte for byte with what was on top', () => {
  const kept = { ...keepConfig(swapped), at: NOW };
  const text = formatLastGood(kept);
  expect(text.endsWith(fileWith('old'))).toBe(true);
  expect(parseConfig(SOURCE, text, { env: {}, uid: 0 }).ok).toBe(true);
  expect(parseLastGood(text)).toEqual(kept);
  expect(revive(kept, { env: {}, uid: 0 })).toEqual(swapped);
});

test.each([
  '',
  'pools: {}',
  '# a\n# b\nc',
  formatLastGood({ ...keepConfig(swapped), at: NOW }).replace('{"source', '{'),
])('any other text is none: %j', (text) => expect(parseLastGood(text)).toBeUndefined());

test('what is kept is found by the next life, for its owner alone, and nothing else lies about', () => {
  const write = createConfigStore(stateFilesIn(join(directory, 'config')));
  expect(write.overlay()).toEqual({});
  write.keepLastGood(keepConfig(swapped), NOW);
  write.keepOverlay(swapped.overlay);
  write.reject({ textFingerprint: 'f', cause: 'c', at: NOW, rollout: 'r' });
  write.keepFormerNames([{ pool: 'heavy', name: 'old', untilUnixMs: 7 }]);
  const record = { id: 'r', status: 'paused', isAborted: false, cause: undefined, moves: [] } as const;
  const kept = keepConfig(swapped);
  write.keepRollout({ id: 'r', at: NOW, wish: 'swap', from: kept, to: kept, lives: 1, record });

  const read = createConfigStore(stateFilesIn(join(directory, 'config')));
  expect(read.lastGood()).toEqual({ ...kept, at: NOW });
  expect(read.overlay()).toEqual(swapped.overlay);
  expect(read.rejected()).toEqual({ textFingerprint: 'f', cause: 'c', at: NOW, rollout: 'r' });
  expect(read.formerNames()).toEqual([{ pool: 'heavy', name: 'old', untilUnixMs: 7 }]);
  expect(read.rollout()).toEqual({ id: 'r', at: NOW, wish: 'swap', from: kept, to: kept, lives: 1, record });
  const files = readdirSync(join(directory, 'config')).toSorted();
  expect(files).toEqual(['former-names.json', 'last-good.yaml', 'overlay.json', 'rejected.json', 'rollout.json']);
  for (const file of files) expect(statSync(join(directory, 'config', file)).mode & 0o777).toBe(0o600);
});

test('a file that was cut short or edited by hand counts as none', () => {
  const disk = createDisk();
  for (const name of ['overlay.json', 'rejected.json', 'rollout.json', 'former-names.json', 'last-good.yaml'])
    disk.texts.set(name, '{"heavy": {');
  const store = createConfigStore(disk);
  expect([store.overlay(), store.formerNames()]).toEqual([{}, []]);
  expect([store.rejected(), store.rollout(), store.lastGood()]).toEqual([undefined, undefined, undefined]);
});
