import { readFileSync } from 'node:fs';
import { silentLog, systemClock } from '../../telemetry/index.ts';
import { createProcesses } from './processes.ts';
import { readProcessTable } from './proc.ts';

// Starts one group, prints the pids of its leader, its child and the guard, and stays until it is killed.
const [, , stateDirectory = '', script = ''] = process.argv;
const processes = createProcesses({ clock: systemClock, log: silentLog, stateDirectory });
await processes.sweep();
const earlier = new Set(readProcessTable().map((it) => it.pid));
processes.spawn({ name: 'engine', argv: ['sh', '-c', script], env: { PATH: '/usr/bin:/bin' } }, (pids) =>
  process.stdout.write(`${pids} ${guardPid()}\n`),
);
await new Promise(() => setInterval(() => {}, 60_000));

/** The one child of this process that was there before the group. */
function guardPid(): number {
  return readProcessTable().find(({ pid }) => earlier.has(pid) && parentOf(pid) === process.pid)?.pid ?? 0;
}

/** The second field after the command name (proc(5)); 0 for a process that is gone. */
function parentOf(pid: number): number {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    return Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[1]);
  } catch {
    return 0;
  }
}
