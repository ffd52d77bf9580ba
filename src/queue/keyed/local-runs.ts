import { delay, type Log } from '../../telemetry/index.ts';
import type { ByteBudget } from './byte-budget.ts';
import type { KeptView } from './kept-body.ts';
import type { Place } from './keyed-store.ts';
import type { Attached, Begun, Recorder } from './keyed.ts';
import { SETTLE_PATIENCE_MS } from './limits.ts';
import { createLiveAnswer, type LiveAnswer } from './live-answer.ts';
import { awaitLiveHead, liveBody } from './live-body.ts';
import { saveAnswer, type SaverEffects } from './saver.ts';

/** Answers that this node records: each from its claim until the store has it. */
export interface LocalRuns {
  /** Takes down the answer of a run that the store gave to this node. */
  start(place: Place, run: string, fingerprint: string): Recorder;
  /** The run that a key has here, unless it failed. */
  find(place: Place): LiveAnswer | undefined;
  /** Resolves when a run that failed here is no longer in the way, or that takes too long. */
  cleared(place: Place): Promise<void>;
  /** All that is recorded ends as failed. */
  close(): Promise<void>;
}

interface LocalRun {
  readonly live: LiveAnswer;
  readonly saving: Promise<void>;
}

interface LocalRunsEffects extends SaverEffects {
  readonly log: Log;
  /** Of all answers in memory. */
  readonly budget: ByteBudget;
}

export function createLocalRuns(effects: LocalRunsEffects): LocalRuns {
  const { clock, log, budget } = effects;
  const runs = new Map<string, LocalRun>();
  const never = new AbortController().signal;

  async function save(place: Place, live: LiveAnswer): Promise<void> {
    const saving = await saveAnswer(place, live, effects);
    if (runs.get(place.hash)?.live === live) runs.delete(place.hash);
    if (saving === 'saved') return live.release();
    log.warn({ run: live.run, saving }, 'the answer to an idempotency key is not kept');
    while (live.state() === 'running') await live.changed(never);
    live.leaveToReaders();
  }

  return {
    start(place, run, fingerprint) {
      const live = createLiveAnswer(run, fingerprint, budget);
      runs.set(place.hash, { live, saving: save(place, live) });
      return recorderOf(live);
    },
    find(place) {
      const live = runs.get(place.hash)?.live;
      return live?.state() === 'failed' ? undefined : live;
    },
    async cleared(place) {
      const held = runs.get(place.hash);
      if (held !== undefined) await Promise.race([held.saving, delay(clock, SETTLE_PATIENCE_MS)]);
    },
    async close() {
      const all = [...runs.values()];
      for (const { live } of all) live.settle('failed');
      await Promise.race([Promise.all(all.map((it) => it.saving)), delay(clock, SETTLE_PATIENCE_MS)]);
    },
  };
}

function recorderOf(live: LiveAnswer): Recorder {
  return {
    head: (status, headers) => live.setHead({ status, headers }),
    write: (bytes) => live.append(bytes),
    end: (outcome) => live.settle(live.head() === undefined ? 'failed' : outcome),
  };
}

/** What a key gives whose run is in this node's memory. */
export function joinLocal(live: LiveAnswer, fingerprint: string, view: KeptView): Begun {
  if (live.fingerprint !== fingerprint) return { is: 'mismatch' };
  if (live.state() === 'unkept') return { is: 'unkept' };
  const head = live.head();
  if (live.state() === 'answered' && head !== undefined)
    return { is: 'replay', answer: { ...head, body: liveBody(live, view) } };
  return { is: 'running', attach: () => attachLocal(live, view) };
}

async function attachLocal(live: LiveAnswer, view: KeptView): Promise<Attached> {
  const head = await awaitLiveHead(live, view.signal);
  return head === undefined ? { is: 'gone' } : { is: 'answer', answer: { ...head, body: liveBody(live, view) } };
}
