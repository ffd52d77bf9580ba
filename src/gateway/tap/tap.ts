import type { Usage } from '../../queue/index.ts';
import type { Dialect } from '../dialects/dialect.ts';
import type { EngineError } from '../dialects/engine-error.ts';
import { eachEvent } from '../dialects/events.ts';
import { createEventSplitter } from './event-splitter.ts';
import { createPresenter, type Presentation } from './presenter.ts';
import { findUsage } from './usage.ts';

/** How a tapped stream stands. `broken`: the engine said so, or sent what is no event stream. */
type TapState = 'open' | 'done' | 'broken';

/** How a stream is read, and what its client is not meant to see of it. */
export interface Reading extends Presentation {
  readonly dialect: Dialect;
}

/** Watches a stream of events on its way through. */
export interface Tap {
  /** Takes bytes as they come; returns what may go to the client now: whole events, the very bytes. */
  push(chunk: Uint8Array): Buffer;
  state(): TapState;
  /** Events so far, about one per token. */
  events(): number;
  /** What the engine said when the stream broke; `undefined` where an event was too long instead. */
  error(): EngineError | undefined;
  /** From the last event that tells it. */
  usage(): Usage | undefined;
  /** The last events that came: what follows them may have to fit. */
  last(): Buffer;
}

const NOTHING: Buffer = Buffer.alloc(0);

/** A tap for one stream. Bytes after its completion mark or after a failure are dropped. */
export function createTap(reading: Reading): Tap {
  const { dialect } = reading;
  const splitter = createEventSplitter();
  const present = createPresenter(reading);
  let state: TapState = 'open';
  let events = 0;
  let error: EngineError | undefined;
  let last = NOTHING;
  let beforeLast = NOTHING;
  let announced: Buffer[] | undefined = [];

  /** Events up to the one that tells of a failure, where there is one. */
  const untilFailure = (bytes: Buffer): Buffer => {
    if (!dialect.looksBroken(bytes)) return bytes;
    for (const event of eachEvent(bytes)) {
      error = dialect.eventError(event.data);
      if (error === undefined) continue;
      state = 'broken';
      return bytes.subarray(0, event.start);
    }
    return bytes;
  };

  /** Holds what only announces an answer until there is one. */
  const onceAnswered = (shown: Buffer): Buffer => {
    if (announced === undefined) return shown;
    if (shown.length === 0) return NOTHING;
    announced.push(shown);
    if (dialect.isAnnouncement(shown)) return NOTHING;
    const all = announced.length === 1 ? shown : Buffer.concat(announced);
    announced = undefined;
    return all;
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
      if (dialect.isComplete(whole.bytes)) state = 'done';
      return onceAnswered(present(untilFailure(whole.bytes)));
    },
    state: () => state,
    events: () => events,
    error: () => error,
    usage: () => findUsage(last) ?? findUsage(beforeLast),
    last: () => last,
  };
}
