import { deadlineSignal, delay, type Clock } from '../../telemetry/index.ts';
import type { KeyedStore, Piece, Place, RunState, Written } from './keyed-store.ts';
import {
  BEAT_MS,
  FAILED_TTL_MS,
  FLUSH_AFTER_MS,
  PIECE_BYTES_MAX,
  RETRY_MS,
  RUNNING_TTL_MS,
  TENANT_BYTES_MAX,
  UNSAVED_MS_MAX,
} from './limits.ts';
import type { LiveAnswer } from './live-answer.ts';

/** `saved`: the store has all of it. `superseded`: the key has another run. `lost`: the store was away too long. */
export type Saving = 'saved' | 'superseded' | 'lost';

export interface SaverEffects {
  readonly store: KeyedStore;
  readonly clock: Clock;
  readonly ttlMs: number;
  /** Once it aborts, a store that does not answer is not asked again. */
  readonly closing: AbortSignal;
}

/**
 * Brings an answer into the store while it comes, and tells the store that its run lives. What the store has lost it is
 * told again. Resolves when the answer has ended and is there, or that cannot be.
 */
export async function saveAnswer(place: Place, live: LiveAnswer, effects: SaverEffects): Promise<Saving> {
  const { clock } = effects;
  let saved: Saved = { bytes: 0, head: false };
  let endedMs: number | undefined;
  for (;;) {
    await due(live, saved, clock);
    if (live.state() !== 'running') endedMs ??= clock.nowMs();
    const piece = pieceFrom(live, saved.bytes, effects.ttlMs);
    const written = await write(effects.store, place, piece);
    if (written === undefined) {
      const isTooLate = endedMs !== undefined && clock.nowMs() - endedMs > UNSAVED_MS_MAX;
      if (isTooLate || effects.closing.aborted) return 'lost';
      await delay(clock, RETRY_MS);
    } else {
      if (written.is === 'superseded') return 'superseded';
      const isThere = written.bytes >= piece.offset + piece.bytes.length;
      if (isThere && piece.state !== 'running') return 'saved';
      saved = { bytes: Math.min(written.bytes, live.bodyBytes()), head: piece.head !== undefined };
    }
  }
}

/** What the store has of it. */
interface Saved {
  readonly bytes: number;
  readonly head: boolean;
}

/** Waits for something to say, then a little for more of it. */
async function due(live: LiveAnswer, saved: Saved, clock: Clock): Promise<void> {
  const waitingBytes = (): number => live.bodyBytes() - saved.bytes;
  const isNews = (): boolean => waitingBytes() > 0 || (live.head() !== undefined && !saved.head);
  const isUrgent = (): boolean => live.state() !== 'running' || waitingBytes() >= PIECE_BYTES_MAX;
  await holds(live, () => isNews() || isUrgent(), clock, BEAT_MS);
  await holds(live, isUrgent, clock, FLUSH_AFTER_MS);
}

/** Resolves once `condition` holds, after `ms` at the latest. */
async function holds(live: LiveAnswer, condition: () => boolean, clock: Clock, ms: number): Promise<void> {
  if (condition()) return;
  const { signal, cancel } = deadlineSignal(clock, ms);
  while (!condition() && !signal.aborted) await live.changed(signal);
  cancel();
}

function pieceFrom(live: LiveAnswer, offset: number, ttlMs: number): Piece {
  const { run, fingerprint } = live;
  const about = { run, fingerprint, head: live.head(), tenantBytesMax: TENANT_BYTES_MAX };
  if (live.state() === 'unkept') return { ...about, state: 'unkept', offset: 0, bytes: NOTHING, ttlMs };
  const bytes = live.read(offset, PIECE_BYTES_MAX);
  const state = offset + bytes.length < live.bodyBytes() ? 'running' : live.state();
  return { ...about, state, offset, bytes, ttlMs: ttlOf(state, ttlMs) };
}

const NOTHING = new Uint8Array();

function ttlOf(state: RunState, answerTtlMs: number): number {
  if (state === 'running') return RUNNING_TTL_MS;
  return state === 'failed' ? FAILED_TTL_MS : answerTtlMs;
}

/** `undefined` where no answer came; what it did then is found out by the next one. */
async function write(store: KeyedStore, place: Place, piece: Piece): Promise<Written | undefined> {
  try {
    return await store.write(place, piece);
  } catch {
    return undefined;
  }
}
