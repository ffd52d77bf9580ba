import { writeFileSync } from 'node:fs';
import type { Fault, StartFaultName } from '../faults/table.ts';
import { createEngineLog, type EngineLog } from '../log.ts';
import { emptyBatch, isIdle } from '../model/batch.ts';
import { advance, arrive, leave, type Timeline } from '../model/timeline.ts';
import { addSteps, NO_TOTALS, statsOf, type Totals } from './totals.ts';
import type { CoreSettings, FromCore, ToCore } from './messages.ts';
import { startLines } from './start-log.ts';
import { CORE_TITLE } from './title.ts';

/** Outputs of steps that end within this time travel in one message. */
const TURN_MS = 10;

/** A core whose leader is gone lives on, as vLLM's does (vllm#55510), but not for ever: a lost one ends after this. */
const ORPHAN_LIFETIME_MS = 600_000;

/** The engine core: loads, then runs the simulated card until it is killed. Speaks to its leader by Bun's IPC. */
export async function runCore(): Promise<never> {
  writeFileSync('/proc/self/comm', CORE_TITLE);
  const log = createEngineLog('EngineCore');
  process.on('disconnect', () => setTimeout(() => process.exit(0), ORPHAN_LIFETIME_MS).unref());
  const { settings, rest } = await receiveSettings();
  const loaded = await load(settings, log);
  if (loaded !== 'ready') process.exit(loaded); // the line to the leader would keep the process alive
  serve(settings, rest);
  return new Promise(() => {}); // until a signal
}

/** A message from the leader. Both ends are this program, so its shape is taken on trust. */
type Inbox = (message: ToCore) => void;

function receiveSettings(): Promise<{ settings: CoreSettings; rest: (take: Inbox) => void }> {
  return new Promise((resolve) => {
    process.once('message', (message: ToCore) => {
      if (message.is !== 'begin') return;
      resolve({ settings: message.settings, rest: (take) => process.on('message', take) });
    });
  });
}

/** Comes up line by line. SIGTERM still ends the process at once here, as in vLLM. */
async function load(settings: CoreSettings, log: EngineLog): Promise<'ready' | number> {
  for (const { share, file, text } of startLines(settings)) {
    await Bun.sleep((settings.startMs * share) / settings.speed);
    log.info(file, text);
    if (!text.startsWith('Starting to load')) continue;
    const failed = await failLoading(settings, log);
    if (failed !== undefined) return failed;
  }
  return 'ready';
}

async function failLoading({ startFaults, speed }: CoreSettings, log: EngineLog): Promise<number | undefined> {
  const amountOf = (name: StartFaultName) => startFaults.find((it: Fault) => it.name === name)?.amount;
  await Bun.sleep(((amountOf('slow_start') ?? 0) * 1000) / speed);
  const last =
    amountOf('oom_on_start') !== undefined
      ? 'torch.OutOfMemoryError: CUDA out of memory. Tried to allocate 270.00 MiB. GPU 0 has a total capacity of 44.42 GiB of which 150.00 MiB is free. (simulated)'
      : amountOf('no_memory_on_start') !== undefined
        ? 'ValueError: Free memory on device cuda:0 (10.13/44.42 GiB) on startup is less than desired GPU memory utilization (0.52, 23.1 GiB). Decrease GPU memory utilization or reduce GPU memory used by other processes. (simulated)'
        : undefined;
  if (last === undefined) return undefined;
  log.error('core.py:1100', 'EngineCore failed to start.');
  log.error('core.py:1100', `Traceback (most recent call last):\n${last}`);
  return 1;
}

/** The loop that owns the card. */
function serve(settings: CoreSettings, rest: (take: Inbox) => void): void {
  let timeline: Timeline = { batch: emptyBatch(settings.card.limits), running: undefined };
  let totals: Totals = NO_TOTALS;
  let timer: ReturnType<typeof setTimeout> | undefined;
  let ending = false;
  const nowMs = () => performance.now() * settings.speed;
  const blocks = settings.card.limits.kvBlocks;

  const turn = () => {
    timer = undefined;
    const advanced = advance(timeline, nowMs(), settings.card);
    timeline = advanced.timeline;
    if (advanced.ended.length > 0) {
      const told = addSteps(totals, advanced.ended);
      totals = told.totals;
      send({ is: 'steps', ...told.outputs, stats: statsOf(totals, timeline.batch, blocks) });
    }
    schedule();
  };
  const schedule = () => {
    if (timer !== undefined || ending) return;
    if (timeline.running === undefined && isIdle(timeline.batch)) return;
    const waitMs = timeline.running === undefined ? 0 : (timeline.running.endsAtMs - nowMs()) / settings.speed;
    timer = setTimeout(turn, timeline.running === undefined ? 0 : Math.max(TURN_MS, waitMs));
  };

  process.on('SIGTERM', () => {
    if (ending) process.exit(143); // the second one meets the default handler, which is what vLLM restores first
    ending = true;
    clearTimeout(timer);
    send({ is: 'terminating' });
    setTimeout(() => process.exit(0), settings.lingerMs);
  });
  process.on('SIGINT', () => {}); // a terminal's Ctrl-C reaches the whole group; vLLM's core leaves it to the leader
  rest((message) => {
    if (message.is === 'add') timeline = arrive(timeline, message);
    if (message.is === 'abort') {
      timeline = leave(timeline, new Set(message.ids));
      send({ is: 'steps', produced: [], finished: [], stats: statsOf(totals, timeline.batch, blocks) });
    }
    schedule();
  });
  setInterval(() => {}, ORPHAN_LIFETIME_MS); // without a leader nothing else would keep the process alive
  send({ is: 'ready' });
}

/** An orphan has nobody to tell. */
function send(message: FromCore): void {
  if (process.connected) process.send?.(message);
}
