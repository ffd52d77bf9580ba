import { expect, test } from 'bun:test';
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createKeyDoor, readControlKey } from './key-door.ts';

const KEY = 'k'.repeat(32);
const right = `Bearer ${KEY}`;

test('who shows the key is let in; anything else is wrong', () => {
  const door = createKeyDoor(KEY);
  expect(door.admit(right, 'a', 0)).toBe('in');
  for (const other of ['', KEY, `Bearer ${KEY}k`, `bearer ${KEY}`, 'Bearer '])
    expect(door.admit(other, 'b', 0)).toBe('wrong');
});

test('who guesses ten times in a minute has to wait, even with the key; another address has not', () => {
  const door = createKeyDoor(KEY);
  for (let guess = 0; guess < 10; guess += 1) expect(door.admit('Bearer x', 'a', guess)).toBe('wrong');
  expect(door.admit(right, 'a', 59_999)).toBe('later');
  expect(door.admit(right, 'b', 59_999)).toBe('in');
  expect(door.admit(right, 'a', 60_000)).toBe('in');
});

test('addresses are kept in mind up to a bound', () => {
  const door = createKeyDoor(KEY);
  for (let guess = 0; guess < 10; guess += 1) door.admit('Bearer x', 'first', 0);
  for (let other = 0; other < 1_000; other += 1) door.admit('Bearer x', `other-${other}`, 0);
  expect(door.admit(right, 'first', 1)).toBe('in');
});

test('a key file is not open to everybody, and its key is no short one', () => {
  const directory = mkdtempSync(join(tmpdir(), 'control-key-'));
  const file = join(directory, 'key');
  writeFileSync(file, `${KEY}\nsecond line\n`, { mode: 0o640 });
  expect(readControlKey(file)).toBe(KEY);
  chmodSync(file, 0o644);
  expect(() => readControlKey(file)).toThrow('is open to everybody');
  writeFileSync(file, 'short\n');
  chmodSync(file, 0o600);
  expect(() => readControlKey(file)).toThrow('shorter than 32 characters');
  expect(() => readControlKey(join(directory, 'none'))).toThrow('ENOENT');
  rmSync(directory, { recursive: true });
});
