import { afterEach, beforeEach, expect, test } from 'bun:test';
import { classifyExit, type ReplicaPlan } from '../../engine/index.ts';
import type { WatchReport } from '../../health/index.ts';
import { createMetrics, silentLog, systemClock } from '../../telemetry/index.ts';
import type { SupervisorEffects } from '../effects.ts';
import type { Processes } from '../group/process-group.ts';
import { createProcesses } from '../group/processes.ts';
import { readProcessTable } from '../group/proc.ts';
import { scratchDirectory } from '../group/scratch.fixture.ts';
import { eventually } from '../group/scratch.fixture.ts';
import { planOf } from '../plan.fixture.ts';
import { createSupervisor } from '../run.ts';
import type { Supervisor } from '../supervisor.ts';
import type { RolloutEffects, RolloutEnding } from './request.ts';
import { AT_ONCE, moveOf } from './trial.fixture.ts';

/** Engines under sh, by model: `ready` on its output is when its API would answer. */
const ENGINES: Readonly<Record<string, string>> = {
  old: `trap 'kill $core; exit 0' TERM; sleep 600 & core=$!; echo ready; wait`,
  new: `trap 'kill $core; exit 0' TERM; sleep 601 & core=$!; echo ready; wait`,
  broken: `echo 'error: unrecognized arguments: --what'; exit 2`,
};

const capacity = { kvTokens: 1000, sequencesMax: 8 };

function withModel(name: string, model: string): ReplicaPlan {
  const plan = planOf(name, undefined);
  return { ...plan, pool: { ...plan.pool, servedName: model } };
}

let undo: (() => unknown)[];
let supervisor: Supervisor;
let opened: string[];

beforeEach(() => {
  undo = [];
  opened = [];
});

afterEach(async () => {
  await supervisor.stop(AbortSignal.abort());
  for (const step of undo.toReversed()) await step();
});

function effectsFor(processes: Processes): SupervisorEffects {
  const reports = new Map<string, (report: WatchReport) => void>();
  let starting = '';
  return {
    clock: systemClock,
    log: silentLog,
    metrics: createMetrics(),
    processes,
    random: () => 0,
    unixMs: () => 0,
    launch({ replica, pool }) {
      starting = replica.name;
      return { argv: ['/bin/sh', '-c', ENGINES[pool.servedName] ?? ''], env: { PATH: '/usr/bin:/bin' } };
    },
    dispatch: {
      open: (replica, _pool, _capacity, model) => void opened.push(`${replica} ${model}`),
      close: () => Promise.resolve(),
      end: () => {},
      inFlight: () => 0,
    },
    classifyExit,
    cards: { read: () => Promise.resolve({ is: 'unreadable', because: 'there is none' }) },
    cardWaitMs: 1_000,
    kernelLog: { since: () => ({ lines: () => [] }) },
    isVital: (comm) => comm === 'sleep',
    followStart() {
      const name = starting;
      return (line) => {
        if (line === 'ready') reports.get(name)?.({ on: 'answering' });
        if (line === 'ready') reports.get(name)?.({ on: 'warm', capacity });
        return undefined;
      };
    },
    watch({ replica }, listener) {
      reports.set(replica.name, listener);
      return { listening: () => {}, heard: () => {}, stop: () => {} };
    },
  };
}

const passes: RolloutEffects = {
  evaluate: () => Promise.resolve({ ok: true }),
  judge: () => Promise.resolve({ ok: true }),
  record: () => Promise.resolve(),
  progress: () => {},
};

const OLD = [withModel('heavy-0', 'old'), withModel('heavy-1', 'old')];

/** Two engines of the old model, up. */
async function startBoth(): Promise<void> {
  const scratch = scratchDirectory();
  const processes = createProcesses({ clock: systemClock, log: silentLog, stateDirectory: scratch.path });
  undo.push(
    () => scratch[Symbol.dispose](),
    () => processes.close(),
  );
  supervisor = createSupervisor(OLD, effectsFor(processes));
  await supervisor.start();
  await eventually('both engines', () => opened.length === 2);
}

const roll = (model: string, asked = passes): Promise<RolloutEnding> =>
  supervisor.roll(
    {
      id: 'r1',
      moves: OLD.map((plan) => moveOf(plan, withModel(plan.replica.name, model))),
      policies: { heavy: AT_ONCE },
    },
    asked,
  );

const pids = () => supervisor.replicas().map((it) => it.pid ?? 0);

/** Pids of the sessions of engines: each a leader and its core. */
const sessions = (leaders: readonly number[]): readonly number[] =>
  readProcessTable()
    .filter((it) => leaders.includes(it.session) && it.state !== 'Z')
    .map((it) => it.pid);

test('two engines are rolled one after the other, and nothing of the old ones is left', async () => {
  await startBoth();
  const before = pids();
  expect(await roll('new')).toEqual({ result: 'done', cause: undefined, revertFailed: [] });
  expect(sessions(before)).toEqual([]);
  expect(sessions(pids())).toHaveLength(4);
  expect(opened.slice(2)).toEqual(['heavy-0 new', 'heavy-1 new']);
  expect(supervisor.replicas()).toMatchObject([
    { model: 'new', state: 'ready' },
    { model: 'new', state: 'ready' },
  ]);
});

test('one that does not start goes back to the old model at once, and the other one never moves', async () => {
  await startBoth();
  const [, second] = pids();
  const ending = await roll('broken');
  expect(ending).toMatchObject({ result: 'rolled_back', revertFailed: [] });
  expect(ending.cause).toContain('heavy-0 (starting): it did not start: bad_flag');
  expect(pids()[1]).toBe(second ?? 0);
  expect(supervisor.replicas()).toMatchObject([
    { model: 'old', state: 'ready' },
    { model: 'old', state: 'ready' },
  ]);
});

test('one that is killed while its gate asks it goes back, with what it ended of', async () => {
  await startBoth();
  const evaluate: RolloutEffects['evaluate'] = ({ replica }) => {
    const pid = supervisor.replicas().find((it) => it.name === replica.name)?.pid ?? 0;
    process.kill(pid, 'SIGKILL');
    return new Promise(() => {});
  };
  const ending = await roll('new', { ...passes, evaluate });
  expect(ending.result).toBe('rolled_back');
  expect(ending.cause).toContain('heavy-0 (evaluating): its engine ended: killed');
  expect(opened.slice(2)).toEqual(['heavy-0 old']);
});
