import { asBuffer } from '../body/as-buffer.ts';

/**
 * Largest event that is held back while its end is still to come. Most are a few hundred bytes; one that carries
 * `prompt_logprobs` or an echoed prompt is megabytes.
 */
export const EVENT_BYTES_MAX = 16_777_216;

/** Bytes of a blank line that can stand before a cut: all but the last of `\r\n\r\n`. */
const SEAM_BYTES = 3;

const NOTHING: Buffer = Buffer.alloc(0);
/** As bytes, which are found in half the time. */
const BLANK_LINE = Buffer.from('\n\n');
const BLANK_LINE_CRLF = Buffer.from('\r\n\r\n');

/** Bytes of whole events, as they came. */
interface WholeEvents {
  readonly bytes: Buffer;
  /** How many events end in `bytes`; 1 at least unless it is empty. */
  readonly count: number;
}

/** Cuts a stream of server-sent events at event borders, wherever its chunks end. */
interface EventSplitter {
  /** What can be forwarded now; `undefined` once an event is longer than `EVENT_BYTES_MAX`. */
  push(chunk: Uint8Array): WholeEvents | undefined;
}

/**
 * Holds back an unfinished event only. A chunk that ends with an event, the usual case, is returned uncopied. Every
 * byte is searched and copied once, however many chunks a long event comes in.
 */
export function createEventSplitter(): EventSplitter {
  let held: Buffer[] = [];
  let heldBytes = 0;
  let seam = NOTHING;

  const hold = (bytes: Buffer): void => {
    if (bytes.length === 0) return;
    held.push(bytes);
    heldBytes += bytes.length;
    seam = join([seam, bytes.subarray(-SEAM_BYTES)]).subarray(-SEAM_BYTES);
  };
  const release = (bytes: Buffer): Buffer => {
    const whole = join([...held, bytes]);
    held = [];
    heldBytes = 0;
    seam = NOTHING;
    return whole;
  };

  return {
    push(chunk) {
      const bytes = asBuffer(chunk);
      const searched = seam.length === 0 ? bytes : join([seam, bytes]);
      const found = borders(searched, BLANK_LINE) ?? borders(searched, BLANK_LINE_CRLF);
      const end = found === undefined ? 0 : found.end - seam.length;
      const whole = found === undefined ? NOTHING : release(end === bytes.length ? bytes : bytes.subarray(0, end));
      hold(bytes.subarray(end));
      return heldBytes > EVENT_BYTES_MAX ? undefined : { bytes: whole, count: found?.count ?? 0 };
    },
  };
}

/** A single piece is not copied. */
function join(pieces: readonly Buffer[]): Buffer {
  const [only, second] = pieces;
  return only !== undefined && second === undefined ? only : Buffer.concat(pieces);
}

/** Counts blank lines; `end` is after the last one. They cannot stand inside an event: JSON escapes its line ends. */
function borders(bytes: Buffer, blankLine: Buffer): { readonly end: number; readonly count: number } | undefined {
  let end = 0;
  let count = 0;
  for (let at = bytes.indexOf(blankLine); at !== -1; at = bytes.indexOf(blankLine, end)) {
    end = at + blankLine.length;
    count += 1;
  }
  return count === 0 ? undefined : { end, count };
}
