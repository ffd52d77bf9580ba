import { deadlineSignal, type Clock } from '../../telemetry/index.ts';
import type { KeyedStore, Place, Run, Seen } from './keyed-store.ts';
import { AnswerLostError } from './keyed.ts';
import { DEAD_AFTER_MS, PIECE_BYTES_MAX, POLL_MS, READ_PATIENCE_MS, RETRY_MS } from './limits.ts';

/** A run's answer as the store has it, seen by one client. */
export interface KeptView {
  readonly place: Place;
  readonly run: Run;
  readonly store: KeyedStore;
  readonly clock: Clock;
  /** The client's. */
  readonly signal: AbortSignal;
}

type Found = Extract<Seen, { is: 'there' }>;

/** Looks until there is a head; `undefined` where there will be none, or the client left. */
export async function awaitHead(view: KeptView): Promise<Found | undefined> {
  for (;;) {
    const seen = await look(view, 0, 1);
    if (seen === undefined || isLost(seen)) return undefined;
    if (seen.head !== undefined) return seen;
    if (seen.state !== 'running') return undefined;
    await pause(view, POLL_MS);
  }
}

/** The body from `offset`, to its end, while it comes. */
export async function* keptBody(view: KeptView, from: number): AsyncGenerator<Uint8Array> {
  let offset = from;
  for (;;) {
    const seen = await look(view, offset, PIECE_BYTES_MAX);
    if (view.signal.aborted) return;
    if (seen === undefined || isLost(seen)) throw new AnswerLostError('the kept answer is no longer to be had');
    if (seen.bytes.length > 0) yield seen.bytes;
    offset += seen.bytes.length;
    if (offset < seen.bodyBytes) continue;
    if (seen.state !== 'running') return;
    await pause(view, POLL_MS);
  }
}

/** Its node is dead, or it became too long to keep. */
function isLost({ state, silentMs }: Found): boolean {
  return state === 'unkept' || (state === 'running' && silentMs > DEAD_AFTER_MS);
}

/** Asks the store, and again for a while where it does not answer or has lost its memory; `undefined` where that is vain. */
async function look(view: KeptView, offset: number, bytesMax: number): Promise<Found | undefined> {
  const { clock, signal } = view;
  const untilMs = clock.nowMs() + READ_PATIENCE_MS;
  while (!signal.aborted) {
    const seen = await read(view, offset, bytesMax);
    if (seen.is === 'there') return seen;
    if (seen.is === 'replaced' || clock.nowMs() > untilMs) return undefined;
    await pause(view, RETRY_MS);
  }
  return undefined;
}

async function read({ store, place, run }: KeptView, offset: number, bytesMax: number): Promise<Seen> {
  try {
    return await store.read(place, { run, offset, bytesMax });
  } catch {
    return { is: 'missing' };
  }
}

/** Ends early when the client leaves. */
function pause({ clock, signal }: KeptView, ms: number): Promise<void> {
  if (signal.aborted) return Promise.resolve();
  const over = deadlineSignal(clock, ms);
  return new Promise((resolve) => {
    const wake = (): void => {
      over.cancel();
      signal.removeEventListener('abort', wake);
      resolve();
    };
    over.signal.addEventListener('abort', wake);
    signal.addEventListener('abort', wake);
  });
}
