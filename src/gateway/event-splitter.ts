/** Largest event that is held back while its end is still to come. An engine's chunks are a few hundred bytes. */
export const EVENT_BYTES_MAX = 1_048_576;

/** Bytes of whole events, as they came. */
export interface WholeEvents {
  readonly bytes: Buffer;
  /** How many events end in `bytes`; 1 at least unless it is empty. */
  readonly count: number;
}

/** Cuts a stream of server-sent events at event borders, wherever its chunks end. */
export interface EventSplitter {
  /** What can be forwarded now; `undefined` once an event is longer than `EVENT_BYTES_MAX`. */
  push(chunk: Uint8Array): WholeEvents | undefined;
}

/** Holds back an unfinished event only. A chunk that ends with an event, the usual case, is returned uncopied. */
export function createEventSplitter(): EventSplitter {
  let tail: Buffer = Buffer.alloc(0);
  return {
    push(chunk) {
      const bytes = tail.length === 0 ? asBuffer(chunk) : Buffer.concat([tail, chunk]);
      const { end, count } = borders(bytes, '\n\n') ?? borders(bytes, '\r\n\r\n') ?? { end: 0, count: 0 };
      tail = bytes.subarray(end);
      if (tail.length > EVENT_BYTES_MAX) return undefined;
      return { bytes: end === bytes.length ? bytes : bytes.subarray(0, end), count };
    },
  };
}

/** Counts blank lines; `end` is after the last one. They cannot stand inside an event: JSON escapes its line ends. */
function borders(bytes: Buffer, blankLine: string): { readonly end: number; readonly count: number } | undefined {
  let end = 0;
  let count = 0;
  for (let at = bytes.indexOf(blankLine); at !== -1; at = bytes.indexOf(blankLine, end)) {
    end = at + blankLine.length;
    count += 1;
  }
  return count === 0 ? undefined : { end, count };
}

function asBuffer(chunk: Uint8Array): Buffer {
  return Buffer.isBuffer(chunk) ? chunk : Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength);
}
