import { afterEach, describe, expect, spyOn, test } from 'bun:test';
import { createFakeClock } from '../../../test/support/fake-clock.ts';
import { silentLog } from '../../telemetry/index.ts';
import * as proc from './proc.ts';
import type { RecordedGroup } from './record.ts';
import { createRollCall, ROLL_CALL_MS } from './roll-call.ts';
import { eventually, isRunning, killSession } from './scratch.fixture.ts';

const bootId = proc.readBootId();
const undo: (() => void | Promise<void>)[] = [];

afterEach(async () => {
  for (const step of undo.splice(0).toReversed()) await step();
});

/** A leader in a session of its own with one child, which it does not reap. */
async function startGroup(): Promise<{ readonly group: RecordedGroup; readonly child: number }> {
  const leader = Bun.spawn(['sh', '-c', 'sleep 600 & echo "$!"; exec sleep 600'], { detached: true, stdout: 'pipe' });
  undo.push(
    async () => void (await leader.exited),
    () => killSession(leader.pid),
  );
  const { value } = await leader.stdout.getReader().read();
  const { startTicks } = await eventually('it is no shell any more', () => {
    const process = proc.readProcess(leader.pid);
    return process?.comm === 'sleep' && process;
  });
  const group = { name: 'engine', pgid: leader.pid, startTicks, bootId };
  return { group, child: Number(new TextDecoder().decode(value)) };
}

function setUp() {
  const clock = createFakeClock();
  const tables = spyOn(proc, 'readProcessTable');
  undo.push(() => tables.mockRestore());
  return { clock, tables, rollCall: createRollCall({ clock, log: silentLog, bootId }) };
}

describe('the roll of groups that nobody watches', () => {
  test('is called soon after it was asked for, and names the dead that nobody reaped', async () => {
    const { clock, rollCall } = setUp();
    const { group, child } = await startGroup();
    process.kill(child, 'SIGKILL');
    await eventually('it is dead', () => !isRunning(child));
    let seen: readonly number[] = [];
    rollCall.ask(group, (pids) => (seen = pids));
    await clock.advance(1);
    expect(new Set(seen)).toEqual(new Set([group.pgid, child]));
  });

  test('is called once a second, with one look at the host, however often and by how many it is asked for', async () => {
    const { clock, tables, rollCall } = setUp();
    const groups = [await startGroup(), await startGroup()];
    const told = new Map<RecordedGroup, number>();
    tables.mockClear();
    for (let ms = 0; ms + 100 < 10 * ROLL_CALL_MS; ms += 100) {
      for (const { group } of groups) rollCall.ask(group, () => told.set(group, (told.get(group) ?? 0) + 1));
      await clock.advance(100);
    }
    expect(tables).toHaveBeenCalledTimes(10);
    expect([...told.values()]).toEqual([10, 10]);
  });

  test('is not called for a group that was dropped, nor without one, and leaves no timer', async () => {
    const { clock, tables, rollCall } = setUp();
    const { group } = await startGroup();
    tables.mockClear();
    rollCall.ask(group, () => expect.unreachable());
    rollCall.drop(group);
    expect(clock.nextInMs()).toBeUndefined();
    await clock.advance(10 * ROLL_CALL_MS);
    expect(tables).not.toHaveBeenCalled();
  });

  test('that cannot be called now is called when it is asked for again', async () => {
    const { clock, tables, rollCall } = setUp();
    const { group } = await startGroup();
    let calls = 0;
    tables.mockImplementationOnce(() => {
      throw new Error('EMFILE');
    });
    rollCall.ask(group, () => (calls += 1));
    await clock.advance(1);
    expect(calls).toBe(0);
    rollCall.ask(group, () => (calls += 1));
    await clock.advance(ROLL_CALL_MS);
    expect(calls).toBe(1);
  });
});
