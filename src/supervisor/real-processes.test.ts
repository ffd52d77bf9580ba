import { afterEach, beforeEach, describe, expect, test } from 'bun:test';
import { classifyExit } from '../engine/index.ts';
import type { WatchReport } from '../health/index.ts';
import { createMetrics, silentLog, systemClock } from '../telemetry/index.ts';
import type { SupervisorEffects } from './effects.ts';
import type { Processes } from './group/process-group.ts';
import { createProcesses } from './group/processes.ts';
import { readProcessTable } from './group/proc.ts';
import { eventually, isRunning, scratchDirectory } from './group/scratch.fixture.ts';
import { planOf } from './plan.fixture.ts';
import { policy as defaults } from './replica/policy.fixture.ts';
import { createSupervisor } from './run.ts';
import type { Supervisor } from './supervisor.ts';

/** Engines under sh: a leader, and a core in its session. `ready` on its output is when its API would answer. */
const ENGINES = {
  well_behaved: `trap 'kill $core; exit 0' TERM; sleep 600 & core=$!; echo ready; wait`,
  leaves_its_core: `trap 'exit 0' TERM; sleep 600 & echo ready; wait`,
  ignores_term: `trap '' TERM; sleep 600 & echo ready; wait`,
  swallows_one_term: `asked=0; trap 'asked=$((asked + 1)); [ $asked -lt 2 ] || exit 0' TERM; sleep 600 & echo starting; while :; do wait; done`,
  ends_with_its_core: `sleep 600 & echo ready; wait; exit 0`,
};

const plan = planOf('heavy-0', 0, 'heavy', { restart: { ...defaults, stopGraceMs: 3_000 } });
const capacity = { kvTokens: 1000, sequencesMax: 8 };

let undo: (() => unknown)[];
let supervisor: Supervisor;
let lines: string[];

beforeEach(() => {
  undo = [];
  lines = [];
});

afterEach(async () => {
  await supervisor.stop(AbortSignal.abort());
  for (const step of undo.toReversed()) await step();
});

function effectsFor(script: string, processes: Processes): SupervisorEffects {
  let report: ((report: WatchReport) => void) | undefined;
  return {
    clock: systemClock,
    log: silentLog,
    metrics: createMetrics(),
    processes,
    random: () => 0,
    unixMs: () => 0,
    launch: () => ({ argv: ['/bin/sh', '-c', script], env: { PATH: '/usr/bin:/bin' } }),
    dispatch: { open: () => {}, close: () => Promise.resolve(), end: () => {}, inFlight: () => 0 },
    classifyExit,
    cards: { read: () => Promise.resolve({ is: 'unreadable', because: 'there is none' }) },
    cardWaitMs: 1_000,
    kernelLog: { since: () => ({ lines: () => [] }) },
    isVital: (comm) => comm === 'sleep',
    followStart: () => (line) => {
      lines.push(line);
      if (line !== 'ready') return undefined;
      report?.({ on: 'answering' });
      report?.({ on: 'warm', capacity });
      return undefined;
    },
    watch(_plan, listener) {
      report = listener;
      return { listening: () => {}, heard: () => {}, stop: () => {} };
    },
  };
}

const stateOf = () => supervisor.replicas()[0]?.state;
const pidOf = () => supervisor.replicas()[0]?.pid ?? 0;

/** Pids of the session of an engine: its leader and its core. */
function sessionOf(leader: number): readonly number[] {
  return readProcessTable()
    .filter((it) => it.session === leader && it.state !== 'Z')
    .map((it) => it.pid);
}

/** One replica of an engine, once it has written its first line; answers with the pids of leader and core. */
async function start(engine: keyof typeof ENGINES): Promise<{ leader: number; core: number }> {
  const scratch = scratchDirectory();
  const processes = createProcesses({ clock: systemClock, log: silentLog, stateDirectory: scratch.path });
  undo.push(
    () => scratch[Symbol.dispose](),
    () => processes.close(),
  );
  supervisor = createSupervisor([plan], effectsFor(ENGINES[engine], processes));
  await supervisor.start();
  await eventually('a first line', () => lines.length > 0);
  const leader = pidOf();
  const core = sessionOf(leader).find((pid) => pid !== leader) ?? 0;
  return { leader, core };
}

/** Waits for another engine than the first, ready. */
async function comesBack(first: number): Promise<void> {
  await eventually('another engine', () => stateOf() === 'ready' && pidOf() !== first);
}

describe('an engine comes back, and nothing of the old one is left', () => {
  test('when its leader is killed and its core lives on', async () => {
    const { leader, core } = await start('well_behaved');
    process.kill(leader, 'SIGKILL');
    await comesBack(leader);
    expect(isRunning(core)).toBe(false);
    expect(supervisor.replicas()[0]).toMatchObject({ restarts: 1, lastExit: { cause: 'killed' } });
  });

  test('when its core is killed and its leader exits 0', async () => {
    const { leader, core } = await start('ends_with_its_core');
    process.kill(core, 'SIGKILL');
    await comesBack(leader);
    expect(supervisor.replicas()[0]).toMatchObject({ restarts: 1, lastExit: { cause: 'engine_core_died' } });
  });
});

describe('a stop leaves nothing of an engine', () => {
  test('that leaves when asked', async () => {
    const { leader } = await start('well_behaved');
    await supervisor.stop(new AbortController().signal);
    expect(sessionOf(leader)).toEqual([]);
    expect(supervisor.replicas()[0]?.lastExit).toMatchObject({ cause: 'asked', code: 0 });
  });

  test('that leaves its core behind', async () => {
    const { leader, core } = await start('leaves_its_core');
    await supervisor.stop(new AbortController().signal);
    expect([...sessionOf(leader), core].filter(isRunning)).toEqual([]);
  });

  test('that ignores SIGTERM', async () => {
    const { leader } = await start('ignores_term');
    await supervisor.stop(new AbortController().signal);
    expect(sessionOf(leader)).toEqual([]);
    expect(supervisor.replicas()[0]?.lastExit).toMatchObject({ cause: 'asked', signal: 'SIGKILL' });
  });

  test('that swallows one SIGTERM while it starts', async () => {
    const { leader } = await start('swallows_one_term');
    await supervisor.stop(new AbortController().signal);
    expect(sessionOf(leader)).toEqual([]);
    expect(supervisor.replicas()[0]?.lastExit).toMatchObject({ cause: 'asked', code: 0 }); // by the second one
  });
});
