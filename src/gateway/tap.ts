import type { Usage } from '../queue/index.ts';
import { createEventSplitter } from './event-splitter.ts';
import { engineErrorIn, looksBroken, type EngineError } from './failure-signs.ts';
import { findUsage } from './usage.ts';

/** How a tapped stream stands. `broken`: the engine said so, or sent what is no event stream. */
type TapState = 'open' | 'done' | 'broken';

/** Watches a stream of completion chunks on its way through. */
export interface Tap {
  /** Takes bytes as they come; returns what may go to the client now: whole events, the very bytes. */
  push(chunk: Uint8Array): Buffer;
  state(): TapState;
  /** Events passed so far, about one per token. */
  events(): number;
  /** What the engine said when the stream broke; `undefined` where an event was too long instead. */
  error(): EngineError | undefined;
  /** From the last chunk before `[DONE]`, where the client asked for it. */
  usage(): Usage | undefined;
}

const NOTHING: Buffer = Buffer.alloc(0);
const RIGHT_BRACKET = 0x5d;

/** A tap for one stream. Bytes after `[DONE]` or after a failure are dropped. */
export function createTap(): Tap {
  const splitter = createEventSplitter();
  let state: TapState = 'open';
  let events = 0;
  let error: EngineError | undefined;
  let last = NOTHING;
  let beforeLast = NOTHING;

  /** Events up to the one that tells of a failure, where there is one. */
  const untilFailure = (bytes: Buffer): Buffer => {
    if (!looksBroken(bytes)) return bytes;
    for (const event of eachEvent(bytes)) {
      error = engineErrorIn(event.data);
      if (error === undefined) continue;
      state = 'broken';
      return bytes.subarray(0, event.start);
    }
    return bytes;
  };

  return {
    push(chunk) {
      if (state !== 'open') return NOTHING;
      const whole = splitter.push(chunk);
      if (whole === undefined) state = 'broken';
      if (whole === undefined || whole.count === 0) return NOTHING;
      events += whole.count;
      beforeLast = last;
      last = whole.bytes;
      if (endsWithDone(whole.bytes)) state = 'done';
      return untilFailure(whole.bytes);
    },
    state: () => state,
    events: () => events,
    error: () => error,
    usage: () => findUsage(last) ?? findUsage(beforeLast),
  };
}

/** `[DONE]` is the one event whose data ends with a bracket, so most chunks are told by one byte. */
function endsWithDone(bytes: Buffer): boolean {
  const data = bytes[bytes.length - 2] === 0x0d ? bytes.length - 5 : bytes.length - 3;
  return bytes[data] === RIGHT_BRACKET && bytes.toString('latin1', lineStart(bytes, data), data + 1) === 'data: [DONE]';
}

function lineStart(bytes: Buffer, at: number): number {
  return bytes.lastIndexOf('\n', at) + 1;
}

interface Event {
  /** Offset of its first byte. */
  readonly start: number;
  /** Its data lines, joined (WHATWG HTML §9.2.6). */
  readonly data: string;
}

/** Cut as latin1, where characters are bytes, and read as UTF-8, which JSON is. */
function* eachEvent(bytes: Buffer): Generator<Event> {
  let start = 0;
  for (const { length } of bytes.toString('latin1').split(/(?<=\r?\n\r?\n)/)) {
    const lines = bytes.toString('utf8', start, start + length).split(/\r?\n/);
    const data = lines.filter((line) => line.startsWith('data:')).map((line) => line.slice('data:'.length).trimStart());
    yield { start, data: data.join('\n') };
    start += length;
  }
}
