/** The parts of one answer, in this order. Texts are Latin-1: one character a byte. */
export interface ResponseSink {
  head(status: number): void;
  body(text: string): void;
  /** The answer is whole; the next may be asked for from within. */
  end(): void;
}

/** Reads the answers of one HTTP/1.1 connection (RFC 9112 §6 and §7.1), one outstanding at a time. */
export interface ResponseReader {
  /** Takes what has arrived, as Latin-1. Throws on what is no answer; the connection is of no use then. */
  read(text: string): void;
}

/** Longest head, or line between chunks. */
const LINE_BYTES_MAX = 65_536;

/** What is read of the answer so far. */
interface Reading {
  readonly sink: ResponseSink;
  /** Arrived and not yet read. */
  kept: string;
  expecting: keyof typeof STEPS;
  /** Bytes still to come of the body, or of the chunk. */
  left: number;
}

export function createResponseReader(sink: ResponseSink): ResponseReader {
  const reading: Reading = { sink, kept: '', expecting: 'head', left: 0 };
  return {
    read(text) {
      reading.kept += text;
      while (STEPS[reading.expecting](reading));
    },
  };
}

/** Each takes what it expects; false where more has to arrive first. */
const STEPS = {
  head(reading: Reading): boolean {
    const head = takeThrough('\r\n\r\n', reading);
    if (head === undefined) return false;
    ({ expecting: reading.expecting, left: reading.left } = framing(head));
    reading.sink.head(statusOf(head));
    return true;
  },
  sized_body: (reading: Reading): boolean => takeBody(reading, 'end'),
  chunk_size(reading: Reading): boolean {
    const line = takeThrough('\r\n', reading);
    if (line === undefined) return false;
    reading.left = chunkSize(line);
    reading.expecting = reading.left === 0 ? 'trailer' : 'chunk';
    return true;
  },
  chunk: (reading: Reading): boolean => takeBody(reading, 'chunk_end'),
  chunk_end(reading: Reading): boolean {
    const line = takeThrough('\r\n', reading);
    if (line === undefined) return false;
    if (line !== '\r\n') throw new Error('a chunk is longer than its size');
    reading.expecting = 'chunk_size';
    return true;
  },
  trailer(reading: Reading): boolean {
    const line = takeThrough('\r\n', reading);
    if (line === '\r\n') reading.expecting = 'end';
    return line !== undefined;
  },
  end(reading: Reading): boolean {
    if (reading.kept !== '') throw new Error('bytes after the end of an answer');
    reading.expecting = 'head';
    reading.sink.end();
    return false;
  },
};

/** The text up to and with `mark`, once that has arrived. */
function takeThrough(mark: string, reading: Reading): string | undefined {
  const at = reading.kept.indexOf(mark);
  if (at === -1 && reading.kept.length > LINE_BYTES_MAX) throw new Error(`no end of line in ${LINE_BYTES_MAX} bytes`);
  return at === -1 ? undefined : take(at + mark.length, reading);
}

function takeBody(reading: Reading, next: 'end' | 'chunk_end'): boolean {
  const part = take(reading.left, reading);
  reading.left -= part.length;
  if (part !== '') reading.sink.body(part);
  if (reading.left === 0) reading.expecting = next;
  return reading.left === 0;
}

/** At most `bytes` of what has arrived. */
function take(bytes: number, reading: Reading): string {
  const taken = reading.kept.slice(0, bytes);
  reading.kept = reading.kept.slice(taken.length);
  return taken;
}

function framing(head: string): Pick<Reading, 'expecting' | 'left'> {
  if (/\r\ntransfer-encoding: *chunked\r\n/i.test(head)) return { expecting: 'chunk_size', left: 0 };
  const length = /\r\ncontent-length: *(\d+)\r\n/i.exec(head)?.[1];
  if (length === undefined) throw new Error('an answer with neither a content-length nor chunks');
  return { expecting: 'sized_body', left: Number(length) };
}

function statusOf(head: string): number {
  const status = /^HTTP\/1\.1 (\d{3}) /.exec(head)?.[1];
  if (status === undefined) throw new Error(`no status line: ${JSON.stringify(head.slice(0, 80))}`);
  return Number(status);
}

function chunkSize(line: string): number {
  const size = /^([0-9a-f]{1,8})(?:;.*)?\r\n$/i.exec(line)?.[1];
  if (size === undefined) throw new Error(`no chunk size: ${JSON.stringify(line.slice(0, 80))}`);
  return Number.parseInt(size, 16);
}
