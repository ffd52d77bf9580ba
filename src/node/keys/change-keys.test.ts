import { afterEach, beforeEach, describe, expect, test } from 'bun:test';
import { mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { hashKey } from '../../gateway/index.ts';
import { addKey, revokeKey } from './change-keys.ts';
import { readKeysFile } from './keys-file.ts';

let directory: string;
let file: string;
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'ssw-keys-'));
  file = join(directory, 'keys.json');
});
afterEach(() => rmSync(directory, { recursive: true }));

const add = (tenant = 'npc') => addKey(file, { tenant, expiresUnixMs: undefined, note: undefined });

describe('a new key', () => {
  test('is known by its hash; its text is in no file', async () => {
    const { key, stored, isFirst } = await add();
    expect(key).toMatch(/^sk-ssw-[a-z2-9]{10}-[0-9a-f]{64}$/);
    expect(key).toStartWith(`sk-ssw-${stored.id}-`);
    expect(readKeysFile(file)).toEqual([stored]);
    expect(stored.sha256).toBe(hashKey(key).toString('hex'));
    expect(readFileSync(file, 'utf8')).not.toContain(key.slice(-64));
    expect(isFirst).toBe(true);
    expect((await add()).isFirst).toBe(false);
  });

  test('is in a file for its owner alone', async () => {
    await add();
    expect(statSync(file).mode & 0o777).toBe(0o600);
  });

  test('is none the less where many are made at once', async () => {
    const made = await Promise.all(Array.from({ length: 20 }, () => add()));
    expect(
      readKeysFile(file)
        .map(({ id }) => id)
        .toSorted(),
    ).toEqual(made.map(({ stored }) => stored.id).toSorted());
  });
});

describe('a revoked key', () => {
  test('stays in the file, with the moment of its end', async () => {
    const { stored } = await add();
    expect(await revokeKey(file, stored.id)).toBe(true);
    const [revoked] = readKeysFile(file);
    expect(Date.parse(revoked?.revoked_at ?? '')).toBeGreaterThanOrEqual(Date.parse(stored.created_at));
    expect(await revokeKey(file, stored.id)).toBe(true);
    expect(readKeysFile(file)).toEqual(revoked === undefined ? [] : [revoked]);
  });

  test('is one that there is', async () => {
    await add();
    expect(await revokeKey(file, 'nothing')).toBe(false);
  });
});

test('a file that is broken stays as it is', async () => {
  await Bun.write(file, '{"version": 1');
  expect(await add().catch(String)).toContain('is broken, and stays as it is');
  expect(readFileSync(file, 'utf8')).toBe('{"version": 1');
});
