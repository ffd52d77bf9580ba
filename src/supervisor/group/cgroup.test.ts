import { afterEach, beforeEach, expect, spyOn, test } from 'bun:test';
import { existsSync, mkdirSync, renameSync, rmdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { silentLog } from '../../telemetry/index.ts';
import { cgroupPids, identifyCgroup, killCgroup, removeCgroup, type CgroupIdentity } from './cgroup.ts';
import { isRunning, scratchDirectory } from './scratch.fixture.ts';

let scratch: ReturnType<typeof scratchDirectory>;
let path: string;

beforeEach(() => {
  scratch = scratchDirectory();
  path = join(scratch.path, 'engine');
});

afterEach(() => {
  scratch[Symbol.dispose]();
});

/** A directory that looks like a cgroup of a kernel before 5.14. */
function oldCgroup(...pids: readonly number[]): CgroupIdentity {
  mkdirSync(path);
  writeFileSync(join(path, 'cgroup.procs'), pids.map((pid) => `${pid}\n`).join(''));
  return identifyCgroup(path);
}

test('its processes are read', () => {
  expect(cgroupPids(oldCgroup(30, 4_194_303))).toEqual([30, 4_194_303]);
});

test('one that was removed has none, is killed already, and need not be removed', () => {
  mkdirSync(path);
  const cgroup = identifyCgroup(path);
  rmdirSync(path);
  expect(cgroupPids(cgroup)).toEqual([]);
  killCgroup(cgroup);
  removeCgroup(cgroup, silentLog);
});

test('another with its path is a stranger: neither seen, nor killed, nor removed', () => {
  const child = Bun.spawn(['sleep', '600']);
  try {
    const cgroup = oldCgroup(child.pid);
    renameSync(path, `${path}.old`); // keeps its inode from being used again
    oldCgroup(child.pid);
    expect(cgroupPids(cgroup)).toEqual([]);
    killCgroup(cgroup);
    removeCgroup(cgroup, silentLog);
    expect(isRunning(child.pid)).toBe(true);
    expect(existsSync(path)).toBe(true);
  } finally {
    child.kill('SIGKILL');
  }
});

test('without cgroup.kill its processes are killed one after another, but never 0, which is our own group', () => {
  const kill = spyOn(process, 'kill').mockReturnValue(true);
  try {
    killCgroup(oldCgroup(0, 30, 31));
    expect(kill.mock.calls).toEqual([
      [30, 'SIGKILL'],
      [31, 'SIGKILL'],
    ]);
  } finally {
    kill.mockRestore();
  }
});

test('one that cannot be removed is told, and that is all', () => {
  const warn = spyOn(silentLog, 'warn');
  try {
    removeCgroup(oldCgroup(), silentLog); // it has a file, which rmdir does not take away
    expect(warn.mock.calls).toMatchObject([[{ cgroup: path }, expect.any(String)]]);
  } finally {
    warn.mockRestore();
  }
});
