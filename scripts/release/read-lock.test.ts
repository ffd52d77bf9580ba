import { describe, expect, test } from 'bun:test';
import { join } from 'node:path';
import { readLock } from './read-lock.ts';

const lockOf = (dependencies: object, packages: object) =>
  JSON.stringify({
    lockfileVersion: 2,
    workspaces: { '': { dependencies, devDependencies: { loud: '1.0.0' } } },
    packages,
  });

const entry = (resolved: string, dependencies: object = {}) => [resolved, '', { dependencies }, 'sha512-AAAA'];

describe('a lock', () => {
  test('gives what the program needs, and what that needs, without development', () => {
    const { direct, packages } = readLock(
      lockOf(
        { '@a/b': '1.0.0' },
        { '@a/b': entry('@a/b@1.0.0', { c: '^2.0.0' }), c: entry('c@2.3.4'), loud: entry('loud@1.0.0') },
      ),
    );
    expect(direct).toEqual(['@a/b']);
    expect([...packages.values()].map(({ name, version }) => `${name} ${version}`)).toEqual(['@a/b 1.0.0', 'c 2.3.4']);
  });

  test('with two versions of one package gives each parent its own', () => {
    const { packages } = readLock(
      lockOf(
        { a: '1.0.0', c: '2.0.0' },
        { a: entry('a@1.0.0', { c: '^1.0.0' }), c: entry('c@2.0.0'), 'a/c': entry('c@1.9.0') },
      ),
    );
    expect(packages.get('a')?.needs).toEqual(['a/c']);
    expect(packages.get('a/c')?.version).toBe('1.9.0');
  });

  test('with a circle comes to an end', () => {
    const { packages } = readLock(
      lockOf({ a: '1.0.0' }, { a: entry('a@1.0.0', { b: '1.0.0' }), b: entry('b@1.0.0', { a: '1.0.0' }) }),
    );
    expect([...packages.keys()]).toEqual(['a', 'b']);
  });

  test('that lacks a package is refused', () => {
    expect(() => readLock(lockOf({ a: '1.0.0' }, {}))).toThrow('bun.lock has no package a');
  });

  test('is the one of this project', async () => {
    const { packages } = readLock(await Bun.file(join(import.meta.dir, '../../bun.lock')).text());
    expect([...packages.keys()]).toContain('ioredis');
    expect([...packages.keys()]).not.toContain('fast-check');
  });
});
