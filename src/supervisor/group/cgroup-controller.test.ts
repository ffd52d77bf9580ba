import { afterEach, describe, expect, test } from 'bun:test';
import { existsSync, mkdtempSync, readFileSync, rmdirSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { OWN_LEAF } from './cgroup-controller.ts';
import { HAS_CGROUPS } from './cgroups.fixture.ts';
import { locateCgroup } from './cgroup-location.ts';

const ROOT = locateCgroup(readFileSync('/proc/self/mountinfo', 'utf8'), '0::/');
const PROGRAM = join(import.meta.dir, 'cgroup-controller.fixture.ts');

/** The kernel's own root, which may pass on what it likes while processes are in it, has no type (cgroups(7)). */
const IS_KERNELS_ROOT = ROOT !== undefined && !existsSync(join(ROOT, 'cgroup.type'));

/** One that is passed on from the root already, or one more where it can be: that disturbs nobody. */
const CONTROLLER = [
  ...wordsOfRoot('cgroup.subtree_control'),
  ...(IS_KERNELS_ROOT ? wordsOfRoot('cgroup.controllers') : []),
][0];

const undo: (() => void)[] = [];

afterEach(() => {
  for (const step of undo.splice(0).toReversed()) step();
});

function wordsOfRoot(file: string): readonly string[] {
  return ROOT === undefined ? [] : readWords(join(ROOT, file));
}

function readWords(path: string): readonly string[] {
  return readFileSync(path, 'utf8').split(/\s+/).filter(Boolean);
}

/** A cgroup below the root that has the controller, as systemd delegates one. */
function delegated(controller: string): string {
  const root = ROOT ?? '';
  const control = join(root, 'cgroup.subtree_control');
  if (!readWords(control).includes(controller)) {
    writeFileSync(control, `+${controller}`);
    undo.push(() => writeFileSync(control, `-${controller}`));
  }
  const cgroup = mkdtempSync(join(root, 'ssw-infer.delegated.'));
  undo.push(() => rmdirSync(cgroup));
  undo.push(() => existsSync(join(cgroup, OWN_LEAF)) && rmdirSync(join(cgroup, OWN_LEAF)));
  return cgroup;
}

/** Lets a process in that cgroup enable it twice. */
function enableIn(cgroup: string, controller: string): unknown {
  const child = Bun.spawnSync([process.execPath, PROGRAM, cgroup, controller], { cgroup });
  return JSON.parse(child.stdout.toString());
}

describe.skipIf(!HAS_CGROUPS || CONTROLLER === undefined)('in a cgroup that is delegated to us', () => {
  const controller = CONTROLLER ?? '';

  test('a controller is passed on once we have moved into a leaf', () => {
    const cgroup = delegated(controller);
    expect(enableIn(cgroup, controller)).toEqual({
      said: [true, true],
      membership: `/${basename(cgroup)}/${OWN_LEAF}`,
    });
    expect(readWords(join(cgroup, 'cgroup.subtree_control'))).toEqual([controller]);
  });

  test('nobody is moved where there is no such controller', () => {
    const cgroup = delegated(controller);
    expect(enableIn(cgroup, 'no-such')).toEqual({ said: [false, false], membership: `/${basename(cgroup)}` });
    expect(existsSync(join(cgroup, OWN_LEAF))).toBe(false);
  });

  test('nobody is moved where we are not alone', async () => {
    const cgroup = delegated(controller);
    const neighbour = Bun.spawn(['sleep', '600'], { cgroup });
    try {
      expect(enableIn(cgroup, controller)).toEqual({ said: [false, false], membership: `/${basename(cgroup)}` });
    } finally {
      neighbour.kill('SIGKILL');
      await neighbour.exited;
    }
  });

  test('we are back in our place where the kernel refuses', () => {
    const cgroup = delegated(controller);
    const subtree = mkdtempSync(join(cgroup, 'threaded.'));
    undo.push(() => rmdirSync(subtree));
    writeFileSync(join(subtree, 'cgroup.type'), 'threaded'); // makes its parent the root of a threaded domain
    const { said, membership } = Object(enableIn(cgroup, controller));
    expect(said).toEqual([expect.stringMatching(/^E[A-Z]+$/), expect.stringMatching(/^E[A-Z]+$/)]);
    expect(membership).toBe(`/${basename(cgroup)}`);
  });
});
