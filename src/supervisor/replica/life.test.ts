import { expect, test } from 'bun:test';
import { createFakeClock } from '../../../test/support/fake-clock.ts';
import { createMetrics, silentLog } from '../../telemetry/index.ts';
import type { SupervisorEffects } from '../effects.ts';
import type { Exit, ProcessGroup } from '../group/process-group.ts';
import { planOf } from '../plan.fixture.ts';
import { beginLife } from './life.ts';

test('bug: a kill that fails while the leader lives is tried again until it does not', async () => {
  const clock = createFakeClock();
  const exited = Promise.withResolvers<Exit>();
  let failures = 2;
  let alive = [500];
  const group: ProcessGroup = {
    pid: 500,
    exited: exited.promise,
    outputEnded: exited.promise.then(() => undefined),
    terminateLeader: () => undefined,
    killGroup() {
      failures -= 1;
      if (failures >= 0) throw new Error('EMFILE: too many open files');
      alive = [];
      exited.resolve({ code: null, signal: 'SIGKILL' });
    },
    members: () => alive,
    everMembers: () => [500],
    onVitalDeath: () => () => undefined,
    oomKills() {
      throw new Error('EMFILE: too many open files');
    },
    forget: () => undefined,
  };
  const effects: SupervisorEffects = {
    clock,
    processes: {
      sweep: () => Promise.resolve(),
      spawn: () => group,
      holderOf: () => undefined,
      removeSocket: () => undefined,
      close: () => Promise.resolve(),
    },
    dispatch: { open: () => undefined, close: () => Promise.resolve(), end: () => undefined, inFlight: () => 0 },
    log: silentLog,
    metrics: createMetrics(),
    launch: () => ({ argv: ['x'], env: {} }),
    cards: { read: () => Promise.resolve({ is: 'unreadable', because: 'no tool' }) },
    cardWaitMs: 0,
    kernelLog: { since: () => ({ lines: () => [] }) },
    followStart: () => () => undefined,
    isVital: () => false,
    classifyExit: () => ({ cause: 'killed', advice: '', retry: true, waitAtLeastMs: 0, from: 'signal' }),
    watch: () => ({ listening: () => undefined, heard: () => undefined, stop: () => undefined }),
    random: () => 0,
    unixMs: () => 0,
  };
  const reports: string[] = [];
  const life = beginLife(
    planOf('heavy-0', 0),
    { argv: ['x'], env: {} },
    effects,
    () => undefined,
    (it) => reports.push(it.on),
  );
  life.killGroup();
  expect(reports).toEqual([]);
  await clock.advance(1000);
  expect(reports).toEqual(['exited', 'gone']);
});
