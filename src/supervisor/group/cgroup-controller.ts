import { mkdirSync, readFileSync, rmdirSync } from 'node:fs';
import { join } from 'node:path';
import { failedWith } from './errno.ts';
import { writeControl } from './cgroup.ts';

/** Where our own processes move, so that our cgroup may pass controllers on: only a leaf may have both (cgroups(7)). */
export const OWN_LEAF = 'ssw-infer.main';

/**
 * Passes a controller on to the cgroups below `parent`, ours. Where it is not passed on yet, we move into a leaf first,
 * as systemd wants it of a unit with `Delegate=`; but only if we are alone, for nobody else is ours to move. Answers
 * whether it is passed on now. Throws, with everything back in its place, where the kernel refuses.
 */
export function enableController(parent: string, controller: string): boolean {
  if (wordsOf(parent, 'cgroup.subtree_control').includes(controller)) return true;
  if (!wordsOf(parent, 'cgroup.controllers').includes(controller)) return false;
  const inhabitants = wordsOf(parent, 'cgroup.procs');
  if (inhabitants.some((pid) => pid !== String(process.pid))) return false;
  const leaf = inhabitants.length > 0 ? make(join(parent, OWN_LEAF)) : undefined;
  try {
    if (leaf !== undefined) moveInto(leaf);
    writeControl(join(parent, 'cgroup.subtree_control'), `+${controller}`);
    return true;
  } catch (error) {
    if (leaf !== undefined) moveBack(leaf, parent);
    throw error;
  }
}

/** It may be there, of an earlier life. */
function make(leaf: string): string {
  try {
    mkdirSync(leaf);
  } catch (error) {
    if (!failedWith(error, 'EEXIST')) throw error;
  }
  return leaf;
}

function moveBack(leaf: string, parent: string): void {
  moveInto(parent);
  rmdirSync(leaf);
}

function moveInto(cgroup: string): void {
  writeControl(join(cgroup, 'cgroup.procs'), String(process.pid));
}

function wordsOf(cgroup: string, file: string): readonly string[] {
  return readFileSync(join(cgroup, file), 'utf8').split(/\s+/).filter(Boolean);
}
