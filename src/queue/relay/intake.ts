import type { Said } from './message.ts';

/** A request that comes in pieces, in order from byte 0; a piece out of order is not taken, and is asked for again. */
export interface Intake {
  /** Both say whether that was something new. */
  head(head: Said<'request'>): boolean;
  body(at: number, bytes: Uint8Array): boolean;
  /** Bytes of the body that are here, -1 where not even the head is. */
  have(): number;
  /** The request once it is whole; given out once. */
  take(): WholeRequest | undefined;
}

export interface WholeRequest {
  readonly head: Said<'request'>;
  readonly body: Uint8Array;
}

export function createIntake(): Intake {
  let known: Said<'request'> | undefined;
  let pieces: Uint8Array[] = [];
  let bytesHere = 0;
  let taken = false;
  return {
    head(head) {
      if (known !== undefined) return false;
      known = head;
      return true;
    },
    body(at, bytes) {
      if (known === undefined || at !== bytesHere || bytesHere + bytes.byteLength > known.bodyBytes) return false;
      pieces.push(bytes);
      bytesHere += bytes.byteLength;
      return true;
    },
    have: () => (known === undefined ? -1 : bytesHere),
    take() {
      if (known === undefined || bytesHere < known.bodyBytes || taken) return undefined;
      taken = true;
      const whole = pieces;
      pieces = [];
      return { head: known, body: Buffer.concat(whole) };
    },
  };
}
