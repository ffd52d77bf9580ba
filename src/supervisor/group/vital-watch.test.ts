import { afterEach, describe, expect, test } from 'bun:test';
import { symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { createFakeClock, type FakeClock } from '../../../test/support/fake-clock.ts';
import { silentLog } from '../../telemetry/index.ts';
import type { GroupIdentity } from './identity.ts';
import { readBootId, readProcess } from './proc.ts';
import type { VitalProcess } from './process-group.ts';
import { eventually, isRunning, killSession, scratchDirectory } from './scratch.fixture.ts';
import { createVitalWatch, VITAL_LOOK_MS, type VitalWatch } from './vital-watch.ts';

const CORE = 'VLLM::EngineCor';
const bootId = readBootId();
const isCore = (comm: string): boolean => comm === CORE;
const undo: (() => void | Promise<void>)[] = [];

afterEach(async () => {
  for (const step of undo.splice(0).toReversed()) await step();
});

interface Engine {
  readonly group: GroupIdentity;
  /** Starts a core, which the kernel names as it does vLLM's; answers with its pid. */
  startCore(): Promise<number>;
}

/** A leader in a session of its own, which starts a core for each line it reads, and reaps none. */
async function startEngine(): Promise<Engine> {
  const scratch = scratchDirectory();
  symlinkSync('/usr/bin/sleep', join(scratch.path, 'VLLM::EngineCore'));
  const script = 'while read -r _; do VLLM::EngineCore 600 & echo "$!"; done; exec sleep 600';
  const child = Bun.spawn(['sh', '-c', script], {
    detached: true,
    env: { PATH: `${scratch.path}:/usr/bin:/bin` },
    stdin: 'pipe',
    stdout: 'pipe',
  });
  undo.push(
    () => scratch[Symbol.dispose](),
    async () => void (await child.exited),
    () => killSession(child.pid),
  );
  const reader = child.stdout.getReader();
  const leader = await eventually('its leader runs', () => readProcess(child.pid));
  return {
    group: { pgid: child.pid, startTicks: leader.startTicks, bootId },
    async startCore() {
      await child.stdin.write('core\n');
      await child.stdin.flush();
      const { value } = await reader.read();
      const pid = Number(new TextDecoder().decode(value));
      await eventually('it has its name', () => readProcess(pid)?.comm === CORE);
      return pid;
    },
  };
}

interface Watching {
  readonly clock: FakeClock;
  readonly watch: VitalWatch;
  readonly lost: VitalProcess[];
  readonly seen: Set<number>;
  /** Watches an engine for the loss of its core. */
  readonly begin: (engine: Engine) => () => void;
}

function setUp(): Watching {
  const clock = createFakeClock();
  const watch = createVitalWatch({ clock, log: silentLog, bootId });
  const lost: VitalProcess[] = [];
  const seen = new Set<number>();
  return {
    clock,
    watch,
    lost,
    seen,
    begin: ({ group }) =>
      watch.watch({
        group,
        isVital: isCore,
        lost: (process) => void lost.push(process),
        seen: (pids) => pids.forEach((pid) => seen.add(pid)),
      }),
  };
}

async function kill(pid: number): Promise<void> {
  process.kill(pid, 'SIGKILL');
  await eventually('it is dead', () => !isRunning(pid));
}

describe('the watch of vital processes', () => {
  test('tells of a core that died, at the next look, though its parent has not reaped it', async () => {
    const { clock, lost, seen, begin } = setUp();
    const engine = await startEngine();
    const core = await engine.startCore();
    begin(engine);
    await clock.advance(1_000);
    expect(lost).toEqual([]);
    expect(seen).toEqual(new Set([engine.group.pgid, core]));
    await kill(core);
    expect(readProcess(core)?.state).toBe('Z');
    await clock.advance(VITAL_LOOK_MS);
    expect(lost).toEqual([{ pid: core, comm: CORE }]);
  });

  test('finds a core that is there already at its first look, however lately others were searched', async () => {
    const { clock, lost, begin } = setUp();
    const [earlier, engine] = [await startEngine(), await startEngine()];
    await earlier.startCore();
    begin(earlier);
    await clock.advance(VITAL_LOOK_MS);
    const core = await engine.startCore();
    begin(engine);
    await clock.advance(VITAL_LOOK_MS);
    await kill(core);
    await clock.advance(VITAL_LOOK_MS);
    expect(lost).toEqual([{ pid: core, comm: CORE }]);
  });

  test('finds a core that starts late, within a second', async () => {
    const { clock, lost, begin } = setUp();
    const engine = await startEngine();
    begin(engine);
    await clock.advance(60_000);
    const core = await engine.startCore();
    await clock.advance(1_000);
    await kill(core);
    await clock.advance(VITAL_LOOK_MS);
    expect(lost).toEqual([{ pid: core, comm: CORE }]);
  });

  test('finds those that come after the first, and tells of one death only', async () => {
    const { clock, lost, begin } = setUp();
    const engine = await startEngine();
    const first = await engine.startCore();
    begin(engine);
    await clock.advance(1_000);
    const second = await engine.startCore();
    await clock.advance(10_000);
    await kill(second);
    await clock.advance(VITAL_LOOK_MS);
    await kill(first);
    await clock.advance(10_000);
    expect(lost).toEqual([{ pid: second, comm: CORE }]);
  });

  test('keeps to its own group, and looks at all with one timer', async () => {
    const { clock, lost, begin } = setUp();
    const [one, two] = [await startEngine(), await startEngine()];
    const cores = [await one.startCore(), await two.startCore()];
    begin(one);
    const stopTwo = begin(two);
    await clock.advance(1_000);
    stopTwo();
    for (const core of cores) await kill(core);
    await clock.advance(VITAL_LOOK_MS);
    expect(lost.map(({ pid }) => pid)).toEqual(cores.slice(0, 1));
    expect(clock.nextInMs()).toBeUndefined();
  });

  test('knows a stranger with the same pid', async () => {
    const { clock, lost, watch } = setUp();
    const engine = await startEngine();
    const core = await engine.startCore();
    const group = { ...engine.group, startTicks: engine.group.startTicks + 1 };
    watch.watch({ group, isVital: isCore, lost: (it) => void lost.push(it), seen: () => {} });
    await clock.advance(1_000);
    await kill(core);
    await clock.advance(1_000);
    expect(lost).toEqual([]);
  });

  test('may be stopped twice, and by whom it tells', async () => {
    const { clock, watch } = setUp();
    const engine = await startEngine();
    const core = await engine.startCore();
    let told = 0;
    const stop = watch.watch({
      group: engine.group,
      isVital: isCore,
      lost: () => {
        told += 1;
        stop();
      },
      seen: () => {},
    });
    await clock.advance(1_000);
    await kill(core);
    await clock.advance(1_000);
    stop();
    expect(told).toBe(1);
    expect(clock.nextInMs()).toBeUndefined();
  });
});
