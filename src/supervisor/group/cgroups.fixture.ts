import { readFileSync } from 'node:fs';
import { createLog } from '../../telemetry/index.ts';
import { removeCgroup } from './cgroup.ts';
import { createCgroups } from './cgroups.ts';

/** Needed for a cgroup of one's own where nothing is delegated. Not asked of the code under test. */
export const HAS_CGROUPS =
  process.getuid?.() === 0 && / rw\S*( \S+)* - cgroup2 /.test(readFileSync('/proc/self/mountinfo', 'utf8'));

/** As a program it becomes the user it is given and says where it would put an engine, or nothing; log on stderr. */
if (import.meta.main) {
  process.setuid?.(Number(process.argv[2]));
  const log = createLog('debug');
  const cgroup = createCgroups(log).create('engine');
  process.stdout.write(cgroup?.path ?? '');
  if (cgroup !== undefined) removeCgroup(cgroup, log);
}
