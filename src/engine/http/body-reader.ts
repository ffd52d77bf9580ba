import { createChunkedBody } from './chunked-body.ts';
import type { Framing } from './response-head.ts';

/** Finds a body among the bytes of a connection. */
export interface BodyReader {
  /** Takes what came and returns what of it is body, in the same memory. Throws `ProtocolError`. */
  read(bytes: Buffer): Buffer;
  /** `surplus`: whole, and bytes came after its end. */
  state(): 'open' | 'whole' | 'surplus';
}

/** A reader for a body that is framed so. */
export function createBodyReader(framing: Framing): BodyReader {
  if (framing.by === 'chunks') return createChunkedBody();
  return framing.by === 'length' ? createMeasuredBody(framing.bytes) : BODY_UNTIL_CLOSE;
}

const BODY_UNTIL_CLOSE: BodyReader = { read: (bytes) => bytes, state: () => 'open' };

function createMeasuredBody(length: number): BodyReader {
  let leftBytes = length;
  return {
    read(bytes) {
      leftBytes -= bytes.length;
      return leftBytes >= 0 ? bytes : bytes.subarray(0, Math.max(0, bytes.length + leftBytes));
    },
    state() {
      if (leftBytes > 0) return 'open';
      return leftBytes === 0 ? 'whole' : 'surplus';
    },
  };
}
