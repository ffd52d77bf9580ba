import { afterAll, expect, test } from 'bun:test';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { redisTarget } from './redis-target.ts';

const directory = mkdtempSync(join(tmpdir(), 'redis-target-'));
const passwordFile = join(directory, 'password');
writeFileSync(passwordFile, 'sesame \r\nsecond line\n');
afterAll(() => rmSync(directory, { recursive: true }));

test('a password is the first line of its file, without what an editor put behind it', () => {
  expect(redisTarget({ kind: 'url', url: 'redis://h', passwordFile })).toEqual({
    url: 'redis://h',
    password: 'sesame',
  });
});

test('a file that cannot be read is named, with what to do', () => {
  const missing = join(directory, 'missing');
  expect(() => redisTarget({ kind: 'url', url: 'redis://h', passwordFile: missing })).toThrow(missing);
});

test('sentinels and clusters keep their addresses, and log in alike', () => {
  const login = { username: 'ssw', passwordFile, tls: true };
  const told = { username: 'ssw', password: 'sesame', tls: true };
  expect(redisTarget({ kind: 'cluster', nodes: ['a:1'], login })).toEqual({ cluster: ['a:1'], login: told });
  expect(redisTarget({ kind: 'sentinel', sentinels: ['a:1'], name: 'm', database: 2, login })).toEqual({
    sentinels: ['a:1'],
    name: 'm',
    database: 2,
    login: told,
  });
});
