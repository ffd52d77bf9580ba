/** One event of a stream. */
export interface StreamEvent {
  /** Offsets of its first byte and after its last. */
  readonly start: number;
  readonly end: number;
  /** Its data lines, joined (WHATWG HTML §9.2.6). */
  readonly data: string;
}

/** Cut as latin1, where characters are bytes, and read as UTF-8, which JSON is. */
export function* eachEvent(events: Buffer): Generator<StreamEvent> {
  let start = 0;
  for (const { length } of events.toString('latin1').split(/(?<=\r?\n\r?\n)/)) {
    const end = start + length;
    const lines = events.toString('utf8', start, end).split(/\r?\n/);
    const data = lines.filter((line) => line.startsWith('data:')).map((line) => line.slice('data:'.length).trimStart());
    yield { start, end, data: data.join('\n') };
    start = end;
  }
}

const NAME = Buffer.from('event: ');
const LINE_FEED = 0x0a;
const CARRIAGE_RETURN = 0x0d;

/** The name of the last of some whole events, where it stands before its data; cheap however long that is. */
export function lastEventName(events: Buffer): string | undefined {
  const dataEnd = events.lastIndexOf(LINE_FEED, events.length - 2); // the last byte ends the blank line
  const lineEnd = lineEndBefore(events, dataEnd);
  const start = lineEndBefore(events, lineEnd) + 1;
  const end = events[lineEnd - 1] === CARRIAGE_RETURN ? lineEnd - 1 : lineEnd;
  if (end - start <= NAME.length || events.compare(NAME, 0, NAME.length, start, start + NAME.length) !== 0)
    return undefined;
  return events.toString('latin1', start + NAME.length, end);
}

/** A negative offset would count from the end. */
function lineEndBefore(events: Buffer, at: number): number {
  return at <= 0 ? -1 : events.lastIndexOf(LINE_FEED, at - 1);
}
