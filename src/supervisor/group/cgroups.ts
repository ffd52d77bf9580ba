import { chmodSync, mkdtempSync, readFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import type { Log } from '../../telemetry/index.ts';
import { identifyCgroup, removeCgroup, type CgroupIdentity } from './cgroup.ts';
import { enableController, OWN_LEAF } from './cgroup-controller.ts';
import { locateCgroup } from './cgroup-location.ts';

const SESSION_ALONE =
  'no cgroup v2 to write: a process that leaves its session is not seen and may outlive its engine; run under systemd with Delegate=yes';

/** The controller whose count of OOM kills each command's cgroup shall have. */
const MEMORY = 'memory';

/** How long a shell that does nothing may take. */
const TRIAL_MS_MAX = 5_000;

/** Cgroups below our own, one for each command. */
export interface Cgroups {
  /** A new one, empty; `undefined` where there can be none. */
  create(name: string): CgroupIdentity | undefined;
}

/** Looks and tries whether cgroups can be made here. That they cannot is told once. */
export function createCgroups(log: Log): Cgroups {
  const parent = findParent(log);
  return {
    create(name) {
      if (parent === undefined) return undefined;
      try {
        return make(parent, name);
      } catch (error) {
        log.warn({ group: name, err: error }, `${name} is started without a cgroup of its own`);
        return undefined;
      }
    },
  };
}

/** Our own cgroup, if it is of v2 and a child can be started below it; that above us if we moved into a leaf of it. */
function findParent(log: Log): string | undefined {
  const own = locateCgroup(readFileSync('/proc/self/mountinfo', 'utf8'), readFileSync('/proc/self/cgroup', 'utf8'));
  const parent = own !== undefined && basename(own) === OWN_LEAF ? dirname(own) : own;
  if (parent === undefined) {
    log.warn(SESSION_ALONE);
    return undefined;
  }
  try {
    tryOut(parent, log);
    countMemory(parent, log);
    return parent;
  } catch (error) {
    log.warn({ cgroup: parent, err: error }, SESSION_ALONE);
    return undefined;
  }
}

/** Without the controller OOM kills are counted for the whole host. */
function countMemory(parent: string, log: Log): void {
  try {
    if (!enableController(parent, MEMORY)) log.debug({ cgroup: parent }, 'the cgroups of engines count no OOM kills');
  } catch (error) {
    log.debug({ cgroup: parent, err: error }, 'the cgroups of engines count no OOM kills');
  }
}

/** A directory is not all it takes: to start a process in it, both `cgroup.procs` must be writable too (cgroups(7)). */
function tryOut(parent: string, log: Log): void {
  const cgroup = make(parent, 'trial');
  try {
    const { exitCode } = Bun.spawnSync(['/bin/sh', '-c', ':'], {
      cgroup: cgroup.path,
      cwd: '/',
      env: {},
      timeout: TRIAL_MS_MAX,
      killSignal: 'SIGKILL',
    });
    if (exitCode !== 0) throw new Error(`a shell that does nothing did not end well in ${cgroup.path}`);
  } finally {
    removeCgroup(cgroup, log);
  }
}

/** Unique, so that no guard that is late and no other instance can mean a later one by its path. */
function make(parent: string, name: string): CgroupIdentity {
  const path = mkdtempSync(join(parent, `ssw-infer.${name}.`));
  chmodSync(path, 0o755);
  return identifyCgroup(path);
}
