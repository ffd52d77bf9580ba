import { PIECE_BYTES_MAX, WINDOW_BYTES } from './limits.ts';
import type { Message, Said } from './message.ts';

/** A request on its way to its worker, no faster than that takes it. */
export interface BodySender {
  /** So many bytes of the body may be sent in all. */
  upTo(credit: number): void;
  /** The receiver has `have` bytes and waits for more; -1 is not even the head. */
  again(have: number): void;
}

export function createBodySender(
  head: Said<'request'>,
  body: Uint8Array,
  post: (message: Message) => void,
): BodySender {
  const { from, claim } = head;
  let at = 0;
  function upTo(credit: number): void {
    const end = Math.min(credit, body.byteLength);
    while (at < end) {
      const bytes = body.subarray(at, Math.min(end, at + PIECE_BYTES_MAX));
      post({ kind: 'body', from, claim, n: at, bytes });
      at += bytes.byteLength;
    }
  }
  return {
    upTo,
    again(have) {
      if (have < 0) post(head);
      at = Math.max(0, have);
      upTo(at + WINDOW_BYTES);
    },
  };
}
