import { beforeEach, describe, expect, test } from 'bun:test';
import { createFakeClock, type FakeClock } from '../../../test/support/fake-clock.ts';
import type { KeyPolicy } from '../../gateway/index.ts';
import { createMetrics, silentLog } from '../../telemetry/index.ts';
import type { KeyFiles } from './key-files.ts';
import { createKeyKeeper, LOOK_MS, type KeyKeeper } from './key-keeper.ts';
import type { KeySource } from './key-sources.ts';
import { formatKeys, type StoredKey } from './keys-document.ts';

const OWN: KeySource = { file: '/s/keys.json', isRequired: false };
const CREDENTIAL: KeySource = { file: '/c/keys', isRequired: true };
const stored = (id: string, other: Partial<StoredKey> = {}): StoredKey => ({
  id,
  tenant: 'npc',
  sha256: 'ab'.repeat(32),
  created_at: '2026-01-01T00:00:00Z',
  ...other,
});

/** The disk: the text of a file, or why it cannot be read. */
let disk: Map<string, string | { readonly problem: string }>;
let looks: number;
let clock: FakeClock;
const files: KeyFiles = {
  stamp(file) {
    looks += 1;
    return JSON.stringify(disk.get(file) ?? 'ENOENT');
  },
  read(file) {
    const content = disk.get(file);
    if (content === undefined) return { is: 'missing' };
    return typeof content === 'string' ? { is: 'text', text: content } : { is: 'unreadable', ...content };
  },
};
beforeEach(async () => {
  disk = new Map();
  looks = 0;
  clock = createFakeClock();
});

const metrics = createMetrics();
const keep = (...sources: KeySource[]): KeyKeeper & { readonly told: KeyPolicy[] } => {
  const keeper = createKeyKeeper(sources, { files, clock, unixMs: () => 0, log: silentLog, metrics });
  const told: KeyPolicy[] = [];
  keeper.follow((policy) => told.push(policy));
  return { ...keeper, told };
};
const idsOf = (policy: KeyPolicy | undefined) => (policy?.is === 'keys' ? policy.keys.map(({ id }) => id) : policy?.is);

describe('without a file', () => {
  test('everybody is let in, until there is one', async () => {
    const keeper = keep(OWN);
    expect(keeper.policy()).toEqual({ is: 'open' });
    disk.set(OWN.file, formatKeys([stored('key1')]));
    await clock.advance(LOOK_MS);
    expect(keeper.told.map(idsOf)).toEqual([['key1']]);
  });

  test('that the config names, nobody is', () => {
    const keeper = keep({ ...OWN, isRequired: true });
    expect(keeper.policy()).toEqual({ is: 'unreadable' });
    expect(keeper.problem()).toBe('/s/keys.json does not exist');
  });
});

describe('a file of keys', () => {
  test('closes the gateway, be it empty', () => {
    disk.set(OWN.file, formatKeys([]));
    expect(keep(OWN).policy()).toEqual({ is: 'keys', keys: [] });
  });

  test('is read again when it changes, and only then', async () => {
    disk.set(OWN.file, formatKeys([stored('key1')]));
    const keeper = keep(OWN);
    await clock.advance(10 * LOOK_MS);
    expect([looks, keeper.told.length]).toEqual([11, 0]);
    disk.set(OWN.file, formatKeys([stored('key2')]));
    await clock.advance(LOOK_MS);
    expect(keeper.told.map(idsOf)).toEqual([['key2']]);
    keeper.look();
    expect(keeper.told).toHaveLength(2);
  });

  test.each<[string, string | { problem: string } | undefined]>([
    ['breaks', '{"version": 1'],
    ['is of another version', '{"version": 2, "keys": []}'],
    ['has a key without a hash', '{"version": 1, "keys": [{"id": "key1"}]}'],
    ['has two keys of one id', formatKeys([stored('key1'), stored('key1')])],
    ['may not be read', { problem: 'EACCES' }],
    ['is gone', undefined],
  ])('that %s takes no key away, and is told until it is mended', async (_, content) => {
    disk.set(OWN.file, formatKeys([stored('key1')]));
    const keeper = keep(OWN);
    if (content === undefined) disk.delete(OWN.file);
    else disk.set(OWN.file, content);
    await clock.advance(LOOK_MS);
    keeper.look();
    expect(idsOf(keeper.policy())).toEqual(['key1']);
    expect(keeper.problem()).toStartWith('/s/keys.json');
    disk.set(OWN.file, formatKeys([stored('key2')]));
    await clock.advance(LOOK_MS);
    expect(idsOf(keeper.policy())).toEqual(['key2']);
    expect(keeper.problem()).toBeUndefined();
  });

  test('that is broken from the start lets nobody in until it is mended', async () => {
    disk.set(OWN.file, 'x');
    const keeper = keep(OWN);
    expect(keeper.policy()).toEqual({ is: 'unreadable' });
    disk.set(OWN.file, formatKeys([stored('key1')]));
    await clock.advance(LOOK_MS);
    expect(keeper.told.map(idsOf)).toEqual([['key1']]);
  });

  test('is not looked at any more once its keeper is gone', async () => {
    const keeper = keep(OWN);
    keeper[Symbol.dispose]();
    await clock.advance(10 * LOOK_MS);
    expect(looks).toBe(1);
  });
});

describe('a credential and a file', () => {
  test('both let in', () => {
    disk.set(CREDENTIAL.file, formatKeys([stored('key1')]));
    disk.set(OWN.file, formatKeys([stored('key2')]));
    expect(idsOf(keep(CREDENTIAL, OWN).policy())).toEqual(['key1', 'key2']);
  });

  test('are read together or not at all: of keys with one id none is meant', () => {
    disk.set(CREDENTIAL.file, formatKeys([stored('key1')]));
    disk.set(OWN.file, formatKeys([stored('key1')]));
    expect(keep(CREDENTIAL, OWN).problem()).toBe('/c/keys and /s/keys.json have a key of the same id');
  });

  test('the file may be missing, the credential not', () => {
    disk.set(CREDENTIAL.file, formatKeys([stored('key1')]));
    expect(idsOf(keep(CREDENTIAL, OWN).policy())).toEqual(['key1']);
    disk.clear();
    expect(keep(CREDENTIAL, OWN).policy()).toEqual({ is: 'unreadable' });
  });
});

test('what it does is told in metrics', async () => {
  const fresh = createMetrics();
  disk.set(
    OWN.file,
    formatKeys([
      stored('key1'),
      stored('key2', { revoked_at: '2026-01-02T00:00:00Z' }),
      stored('key3', { expires_at: '1969-01-01T00:00:00Z' }),
    ]),
  );
  const keeper = createKeyKeeper([OWN], { files, clock, unixMs: () => 0, log: silentLog, metrics: fresh });
  disk.set(OWN.file, 'x');
  keeper.look();
  const text = await fresh.registry.metrics();
  expect(text).toContain('sswinfer_keys_accepted 1');
  expect(text).toContain('sswinfer_keys_stale 1');
  expect(text).toContain('sswinfer_keys_load_total{result="success"} 1');
  expect(text).toContain('sswinfer_keys_load_total{result="failed"} 1');
});
