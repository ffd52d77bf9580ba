import { readFileSync } from 'node:fs';
import { enableController } from './cgroup-controller.ts';

/** As a program it enables a controller below its own cgroup twice and says how that went and where it is then. */
if (import.meta.main) {
  const [, , cgroup = '', controller = ''] = process.argv;
  const said = [1, 2].map(() => attempt(cgroup, controller));
  const membership = /^0::(.*)$/m.exec(readFileSync('/proc/self/cgroup', 'utf8'))?.[1];
  process.stdout.write(JSON.stringify({ said, membership }));
}

function attempt(cgroup: string, controller: string): boolean | string {
  try {
    return enableController(cgroup, controller);
  } catch (error) {
    return error instanceof Error && 'code' in error ? String(error.code) : String(error);
  }
}
