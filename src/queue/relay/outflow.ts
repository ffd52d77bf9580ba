import type { Reply } from '../outgoing.ts';
import { HEAD_BYTES_MAX, PIECE_BYTES_MAX, WINDOW_BYTES } from './limits.ts';
import type { Message, Said } from './message.ts';

/** How an answer ended: `whole`, or how it failed. */
export type AnswerEnd = Said<'end'>['how'];

/** An answer on its way to the origin in numbered frames, no faster than that takes it. */
export interface Outflow {
  /** Frames sent so far. */
  frames(): number;
  /** So many bytes may be sent in all. */
  upTo(credit: number): void;
  /** Passes an answer on to its end, and says how it ended. Never throws. */
  pass(reply: Reply): Promise<AnswerEnd>;
}

interface OutflowEffects {
  readonly post: (message: Message) => void;
  /** Bytes have come from the engine. */
  readonly received: () => void;
  /** Aborted where nobody wants the rest. */
  readonly signal: AbortSignal;
}

export function createOutflow(from: string, claim: string, { post, received, signal }: OutflowEffects): Outflow {
  let frames = 0;
  let sentBytes = 0;
  let creditBytes = WINDOW_BYTES;
  let wake: () => void = () => undefined;
  signal.addEventListener('abort', () => wake(), { once: true });

  async function passPiece(bytes: Uint8Array): Promise<void> {
    while (sentBytes + bytes.byteLength > creditBytes && !signal.aborted) {
      await new Promise<void>((resolve) => (wake = resolve));
    }
    if (signal.aborted) return;
    post({ kind: 'data', from, claim, n: frames, bytes });
    frames += 1;
    sentBytes += bytes.byteLength;
  }
  async function passBody(body: AsyncIterable<Uint8Array>): Promise<AnswerEnd> {
    try {
      for await (const chunk of body) {
        received();
        for (let at = 0; at < chunk.byteLength; at += PIECE_BYTES_MAX) {
          await passPiece(chunk.subarray(at, at + PIECE_BYTES_MAX));
        }
        if (signal.aborted) return 'aborted';
      }
      return 'whole';
    } catch {
      return signal.aborted ? 'aborted' : 'reset';
    }
  }

  return {
    frames: () => frames,
    upTo(credit) {
      creditBytes = Math.max(creditBytes, credit);
      wake();
    },
    async pass(reply) {
      if (!reply.ok) return reply.failure;
      const { status, headers } = reply;
      if (signal.aborted) return 'aborted';
      if (Buffer.byteLength(JSON.stringify(headers)) > HEAD_BYTES_MAX) return 'reset';
      post({ kind: 'reply', from, claim, status, headers });
      frames = 1;
      return passBody(reply.body);
    },
  };
}
