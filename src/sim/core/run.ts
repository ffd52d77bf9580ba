import { writeFileSync } from 'node:fs';
import { createEngineLog, type EngineLog } from '../log.ts';
import { emptyBatch, isIdle } from '../model/batch.ts';
import { slowed } from '../model/cost.ts';
import { advance, arrive, leave, type Card, type Timeline } from '../model/timeline.ts';
import { addSteps, NO_TOTALS, statsOf, type Totals } from './totals.ts';
import type { Capacity, CoreSettings, FromCore, ToCore } from './messages.ts';
import { createPoison } from './poison.ts';
import { startCore } from './start.ts';
import { StartFailure } from './start-failure.ts';
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
  setInterval(() => {}, ORPHAN_LIFETIME_MS); // without a leader nothing else would keep the process alive
  const started = await start(settings, log);
  if (started === 'failed') process.exit(1);
  serve(settings, started, rest);
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

/** Comes up; SIGTERM still ends the process at once here, as in vLLM. */
async function start(settings: CoreSettings, log: EngineLog): Promise<Capacity | 'failed'> {
  try {
    return await startCore(settings, log, () => send({ is: 'loading' }));
  } catch (cause) {
    if (!(cause instanceof StartFailure)) throw cause;
    log.error('core.py:1510', 'EngineCore failed to start.');
    log.error('core.py:1510', `Traceback (most recent call last):\n${cause.message}`);
    return 'failed';
  }
}

/** The loop that owns the card. */
function serve(settings: CoreSettings, capacity: Capacity, rest: (take: Inbox) => void): void {
  let card = withBlocks(settings.card, capacity);
  const poison = createPoison();
  let timeline: Timeline = { batch: emptyBatch(card.limits), running: undefined };
  let totals: Totals = NO_TOTALS;
  let timer: ReturnType<typeof setTimeout> | undefined;
  let ending = false;
  const nowMs = () => performance.now() * settings.speed;

  const turn = () => {
    timer = undefined;
    const advanced = advance(timeline, nowMs(), card);
    timeline = advanced.timeline;
    if (poison.isReached(timeline)) process.kill(process.pid, 'SIGKILL');
    if (advanced.ended.length > 0) {
      const told = addSteps(totals, advanced.ended);
      totals = told.totals;
      send({ is: 'steps', ...told.outputs, stats: statsOf(totals, timeline.batch, capacity.kvBlocks) });
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
    if (message.is === 'add') {
      timeline = arrive(timeline, message.sequence);
      poison.arrives(message.sequence);
    }
    if (message.is === 'slow') card = { ...card, speed: slowed(settings.card.speed, message.factor) };
    if (message.is === 'abort') {
      poison.leaves(message.ids);
      timeline = leave(timeline, new Set(message.ids));
      send({ is: 'steps', produced: [], finished: [], stats: statsOf(totals, timeline.batch, capacity.kvBlocks) });
    }
    schedule();
  });
  send({ is: 'ready', ...capacity });
}

const withBlocks = (card: Card, { kvBlocks }: Capacity): Card => ({ ...card, limits: { ...card.limits, kvBlocks } });

/** An orphan has nobody to tell. */
function send(message: FromCore): void {
  if (process.connected) process.send?.(message);
}
