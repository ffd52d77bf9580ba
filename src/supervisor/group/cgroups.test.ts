import { afterEach, describe, expect, test } from 'bun:test';
import { existsSync, readFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { z } from 'zod';
import { silentLog, systemClock } from '../../telemetry/index.ts';
import { HAS_CGROUPS } from './cgroups.fixture.ts';
import type { ProcessGroup, Processes } from './process-group.ts';
import { readProcess } from './proc.ts';
import { createProcesses } from './processes.ts';
import { ESCAPEE, eventually, isRunning, scratchDirectory, startSupervisor } from './scratch.fixture.ts';

const PATH = '/usr/bin:/bin';
const recordShape = z.object({ groups: z.array(z.object({ cgroup: z.object({ path: z.string() }) })) });
const undo: (() => void | Promise<void>)[] = [];

afterEach(async () => {
  for (const step of undo.splice(0).toReversed()) await step();
});

function setUp(): { processes: Processes; stateDirectory: string } {
  const scratch = scratchDirectory();
  const processes = createProcesses({ clock: systemClock, log: silentLog, stateDirectory: scratch.path });
  undo.push(
    () => scratch[Symbol.dispose](),
    () => processes.close(),
  );
  return { processes, stateDirectory: scratch.path };
}

/** Starts a leader with a child in its session and one that left it; answers once both are there. */
async function spawnWithEscapee(processes: Processes): Promise<{ group: ProcessGroup; escapee: number }> {
  const lines: string[] = [];
  const group = processes.spawn({ name: 'heavy-0', argv: ['sh', '-c', ESCAPEE], env: { PATH } }, (text) =>
    lines.push(text),
  );
  undo.push(() => end(group));
  const pids = await eventually('a first line', () => lines[0]);
  return { group, escapee: Number(pids.split(' ')[1]) };
}

async function end(group: ProcessGroup): Promise<void> {
  group.killGroup();
  await eventually('nothing is left', () => group.members().length === 0);
  group.forget();
}

function cgroupOf(pid: number): string {
  return /^0::(.*)$/m.exec(readFileSync(`/proc/${pid}/cgroup`, 'utf8'))?.[1] ?? '';
}

function sessionOf(pid: number): number {
  return readProcess(pid)?.session ?? 0;
}

function recordedCgroup(stateDirectory: string): string {
  const record = recordShape.parse(JSON.parse(readFileSync(join(stateDirectory, 'groups.json'), 'utf8')));
  return record.groups[0]?.cgroup.path ?? '';
}

describe.skipIf(!HAS_CGROUPS)('with root and a writable cgroup v2', () => {
  test('each command is in a cgroup of its own below ours', async () => {
    const { processes } = setUp();
    const [first, second] = [await spawnWithEscapee(processes), await spawnWithEscapee(processes)];
    const [one, two] = [cgroupOf(first.group.pid), cgroupOf(second.group.pid)];
    for (const cgroup of [one, two]) {
      expect(basename(cgroup)).toMatch(/^ssw-infer\.heavy-0\.\w+$/);
      expect(dirname(cgroup)).toBe(cgroupOf(process.pid));
    }
    expect(one).not.toBe(two);
  });

  test('what left the session is a member, also when the leader is dead, and is killed', async () => {
    const { processes, stateDirectory } = setUp();
    const { group, escapee } = await spawnWithEscapee(processes);
    const directory = recordedCgroup(stateDirectory);
    await eventually('it has left the session', () => sessionOf(escapee) !== group.pid);
    expect(new Set(group.members())).toEqual(new Set([group.pid, escapee]));
    process.kill(group.pid, 'SIGKILL');
    await eventually('it is alone', () => group.members().length === 1);
    expect(group.members()).toEqual([escapee]);
    group.killGroup();
    await eventually('nothing is left', () => group.members().length === 0);
    expect(isRunning(escapee)).toBe(false);
    group.forget();
    expect(existsSync(directory)).toBe(false);
    group.killGroup(); // of nobody: does nothing
  });

  test('kill -9 of this program leaves neither an escapee nor an empty cgroup', async () => {
    using scratch = scratchDirectory();
    await using supervisor = await startSupervisor(scratch.path, ESCAPEE);
    const directory = recordedCgroup(scratch.path);
    const [leader = 0, escapee = 0] = supervisor.pids;
    await eventually('it has left the session', () => sessionOf(escapee) !== leader);
    process.kill(supervisor.pid, 'SIGKILL');
    await eventually('all are gone', () => !supervisor.pids.some(isRunning));
    expect(existsSync(directory)).toBe(false);
  });

  test('kill -9 together with its guard leaves both to the next start, which sweeps them', async () => {
    using scratch = scratchDirectory();
    await using supervisor = await startSupervisor(scratch.path, ESCAPEE);
    const directory = recordedCgroup(scratch.path);
    const [leader = 0, escapee = 0, guard = 0] = supervisor.pids;
    process.kill(supervisor.pid, 'SIGSTOP'); // so that it starts no other guard
    for (const pid of [guard, supervisor.pid, leader]) process.kill(pid, 'SIGKILL');
    await eventually('they are dead', () => ![guard, supervisor.pid, leader].some(isRunning));
    expect(isRunning(escapee)).toBe(true);

    const next = createProcesses({ clock: systemClock, log: silentLog, stateDirectory: scratch.path });
    undo.push(() => next.close());
    await next.sweep();
    expect(isRunning(escapee)).toBe(false);
    expect(existsSync(directory)).toBe(false);
  });

  test('a command that could not be started or recorded leaves no cgroup', async () => {
    const processes = createProcesses({ clock: systemClock, log: silentLog, stateDirectory: '/proc/no-such' });
    undo.push(() => processes.close());
    const name = `unrecorded-${process.pid}`;
    const command = { name, argv: ['true'], env: { PATH } } as const;
    expect(() => processes.spawn(command, () => {})).toThrow('cannot be written');
    expect(() => processes.spawn({ ...command, cwd: '/no-such' }, () => {})).toThrow('ENOENT');
    const found = () => Bun.spawnSync(['find', '/sys/fs/cgroup', '-name', `ssw-infer.${name}.*`]).stdout.toString();
    await eventually('its cgroup is removed', () => found() === '');
  });
});

describe.skipIf(!HAS_CGROUPS)('bug: where cgroups cannot be made, nothing is, and that is told once:', () => {
  const unmounts = `awk '$0 ~ / - cgroup2 / { print $5 }' /proc/self/mountinfo | xargs -n 1`;
  test.each([
    ['cgroup v2 is mounted read-only, as in most containers', `${unmounts} mount -o remount,bind,ro`, 0],
    ['cgroup v2 is not mounted', `${unmounts} umount`, 0],
    ['our own cgroup is another user’s', ':', 65_534],
  ])('%s', (_, prepare, uid) => {
    const program = [process.execPath, join(import.meta.dir, 'cgroups.fixture.ts'), String(uid)];
    const script = `set -eu; ${prepare}; exec "$@"`;
    const child = Bun.spawnSync(['unshare', '--mount', 'sh', '-c', script, 'sh', ...program]);
    expect(child.stderr.toString()).toMatch(/^\{"level":40,.*no cgroup v2 to write: [^\n]* Delegate=yes"\}\n$/);
    expect(child.stdout.toString()).toBe('');
    expect(child.exitCode).toBe(0);
  });
});
