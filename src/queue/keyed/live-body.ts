import { keptBody, type KeptView } from './kept-body.ts';
import type { Head } from './keyed-store.ts';
import { AnswerLostError } from './keyed.ts';
import { PIECE_BYTES_MAX } from './limits.ts';
import type { LiveAnswer } from './live-answer.ts';

/** Waits for its head; `undefined` where it ended without one, or the client left. */
export async function awaitLiveHead(live: LiveAnswer, signal: AbortSignal): Promise<Head | undefined> {
  while (live.head() === undefined && live.state() === 'running' && !signal.aborted) await live.changed(signal);
  return signal.aborted ? undefined : live.head();
}

/** The body from its first byte out of memory; once that is given back, the rest out of the store. */
export async function* liveBody(live: LiveAnswer, view: KeptView): AsyncGenerator<Uint8Array> {
  let offset = 0;
  while (!view.signal.aborted) {
    const bytes = live.read(offset, PIECE_BYTES_MAX);
    if (bytes.length > 0) {
      offset += bytes.length;
      yield bytes;
    } else if (live.state() === 'unkept') {
      throw new AnswerLostError('the answer became longer than is kept');
    } else if (live.isReleased() && offset < live.bodyBytes()) {
      return yield* keptBody(view, offset);
    } else if (live.state() === 'running') {
      await live.changed(view.signal);
    } else {
      return;
    }
  }
}
