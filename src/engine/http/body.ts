import type { BodyFlow, BodyListener } from '../protocol.ts';
import { PIECE_COST_BYTES, READ_AHEAD_BYTES_MAX } from './limits.ts';

/** An answer's body between the connection it comes on and the one who reads it. */
export interface Body {
  readonly flow: BodyFlow;
  put(piece: Buffer): void;
  /** All of it was put. */
  end(): void;
  /** No more will come. */
  fail(cause: unknown): void;
}

/** Where it comes from. */
interface Source {
  pause(): void;
  resume(): void;
  /** Its reader went before the end. */
  leave(): void;
}

/** What is put while nobody is told stays here, up to `READ_AHEAD_BYTES_MAX`, and is told in one piece then. */
export function createBody(source: Source): Body {
  let listener: BodyListener | undefined;
  let pieces: Buffer[] = [];
  let costBytes = 0;
  let state: 'open' | 'ended' | 'broken' = 'open';
  let cause: unknown;

  function take(): Buffer {
    const [only, second] = pieces;
    const bytes = only !== undefined && second === undefined ? only : Buffer.concat(pieces);
    pieces = [];
    if (costBytes >= READ_AHEAD_BYTES_MAX) source.resume();
    costBytes = 0;
    return bytes;
  }
  /** Whoever is told may pause, which ends the telling. */
  function tell(): void {
    if (pieces.length > 0) listener?.data(take());
    if (state === 'ended') listener?.end();
    else if (state === 'broken') listener?.broke(cause);
  }
  function settle(as: 'ended' | 'broken', why?: unknown): void {
    if (state !== 'open') return;
    state = as;
    cause = why;
    tell();
  }

  return {
    flow: {
      resume(it) {
        listener = it;
        tell();
      },
      pause: () => (listener = undefined),
      leave() {
        const isEarly = state === 'open';
        state = 'ended';
        listener = undefined;
        pieces = [];
        if (isEarly) source.leave();
      },
    },
    put(piece) {
      if (listener !== undefined) return listener.data(piece);
      pieces.push(piece);
      costBytes += Math.max(piece.length, PIECE_COST_BYTES);
      if (costBytes >= READ_AHEAD_BYTES_MAX) source.pause();
    },
    end: () => settle('ended'),
    fail: (why) => settle('broken', why),
  };
}
