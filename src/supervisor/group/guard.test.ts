import { afterEach, expect, test } from 'bun:test';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { constants } from 'node:os';
import { join } from 'node:path';
import { silentLog, systemClock } from '../../telemetry/index.ts';
import { identifyCgroup } from './cgroup.ts';
import { createGuard, type Guard, type Guarded } from './guard.ts';
import { eventually, isRunning, killSession, scratchDirectory } from './scratch.fixture.ts';

const { SIGTERM } = constants.signals;
const guards: Guard[] = [];
const sessions: number[] = [];

afterEach(async () => {
  for (const guard of guards.splice(0)) await guard.close();
  for (const pid of sessions.splice(0)) killSession(pid);
});

function startGuard(): Guard {
  const guard = createGuard({ clock: systemClock, log: silentLog });
  guards.push(guard);
  return guard;
}

function startSession(): number {
  const child = Bun.spawn(['sleep', '600'], { detached: true, stdin: 'ignore', stdout: 'ignore', stderr: 'ignore' });
  sessions.push(child.pid);
  return child.pid;
}

test('at its end it kills the groups it was told of, but not those taken back', async () => {
  const guard = startGuard();
  const [kept, dropped, last] = [startSession(), startSession(), startSession()];
  for (const pid of [kept, dropped, last]) await guard.add({ pgid: pid });
  guard.remove({ pgid: dropped });
  await guard.close();
  await eventually('the groups are killed', () => !isRunning(kept) && !isRunning(last));
  expect(isRunning(dropped)).toBe(true);
});

test('what left a group is killed in its cgroup, one after another where there is no cgroup.kill', async () => {
  using scratch = scratchDirectory();
  const [kept, dropped] = ['kept by us', 'dropped'].map((name) => join(scratch.path, name));
  const guard = startGuard();
  const inside = (cgroup = '', escapee = startSession()): { escapee: number; group: Guarded } => {
    mkdirSync(join(cgroup, 'cgroup.kill'), { recursive: true }); // cannot be written to, as if it were not there
    writeFileSync(join(cgroup, 'cgroup.procs'), `${escapee}\n`);
    return { escapee, group: { pgid: startSession(), cgroup: identifyCgroup(cgroup) } };
  };
  const [one, other] = [inside(kept), inside(dropped)];
  for (const { group } of [one, other]) await guard.add(group);
  guard.remove(other.group);
  await guard.close();
  await eventually('it is killed', () => !isRunning(one.escapee) && !isRunning(one.group.pgid));
  expect(isRunning(other.escapee)).toBe(true);
  expect(isRunning(other.group.pgid)).toBe(true);
});

test('it ignores what ends others', async () => {
  const guard = startGuard();
  const pid = guard.pid ?? 0;
  const ignored = () =>
    Number.parseInt(/SigIgn:\s*(\w+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1] ?? '0', 16);
  await eventually('it is set up', () => (ignored() & (1 << (SIGTERM - 1))) !== 0);
  for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP', 'SIGQUIT'] as const) process.kill(pid, signal);
  const last = startSession();
  await guard.add({ pgid: last });
  expect(guard.pid).toBe(pid);
  await guard.close();
  await eventually('it still does its work', () => !isRunning(last));
});

test('killed, it is started again and knows every group', async () => {
  const guard = startGuard();
  const [early, late] = [startSession(), startSession()];
  await guard.add({ pgid: early });
  const first = guard.pid ?? 0;
  process.kill(first, 'SIGKILL');
  await guard.add({ pgid: late }); // perhaps while there is none
  await eventually('a new guard', () => guard.pid !== undefined && guard.pid !== first);
  await guard.close();
  await eventually('both groups are killed', () => !isRunning(early) && !isRunning(late));
});

test('killed, it can be closed before or after there is another', async () => {
  const guard = startGuard();
  for (let kills = 0; kills < 2; kills += 1) {
    const pid = await eventually('a guard', () => guard.pid);
    process.kill(pid, 'SIGKILL');
    await eventually('it is dead', () => guard.pid !== pid);
  }
  await guard.close(); // the second is not replaced at once
  expect(guard.pid).toBeUndefined();
});
