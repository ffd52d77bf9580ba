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

export function createResponseReader(sink: ResponseSink): ResponseReader {
  let kept = '';
  let expecting: keyof typeof steps = 'head';
  let left = 0;

  const through = (mark: string): string | undefined => {
    const at = kept.indexOf(mark);
    if (at === -1 && kept.length > LINE_BYTES_MAX) throw new Error(`no end of line within ${LINE_BYTES_MAX} bytes`);
    if (at === -1) return undefined;
    const line = kept.slice(0, at + mark.length);
    kept = kept.slice(line.length);
    return line;
  };
  const takeBody = (next: 'end' | 'chunk_end') => {
    const part = kept.slice(0, left);
    kept = kept.slice(part.length);
    left -= part.length;
    if (part !== '') sink.body(part);
    if (left === 0) expecting = next;
    return left === 0;
  };

  /** Each says whether it got what it expected; if not, more has to arrive. */
  const steps = {
    head: () => {
      const head = through('\r\n\r\n');
      if (head === undefined) return false;
      ({ expecting, left } = framing(head));
      sink.head(statusOf(head));
      return true;
    },
    sized_body: () => takeBody('end'),
    chunk_size: () => {
      const line = through('\r\n');
      if (line === undefined) return false;
      left = chunkSize(line);
      expecting = left === 0 ? 'trailer' : 'chunk';
      return true;
    },
    chunk: () => takeBody('chunk_end'),
    chunk_end: () => {
      const line = through('\r\n');
      if (line !== undefined && line !== '\r\n') throw new Error('a chunk is longer than its size');
      expecting = line === undefined ? 'chunk_end' : 'chunk_size';
      return line !== undefined;
    },
    trailer: () => {
      const line = through('\r\n');
      expecting = line === '\r\n' ? 'end' : 'trailer';
      return line !== undefined;
    },
    end: () => {
      if (kept !== '') throw new Error('bytes after the end of an answer');
      expecting = 'head';
      sink.end();
      return false;
    },
  } as const satisfies Record<string, () => boolean>;

  return {
    read(text) {
      kept += text;
      while (steps[expecting]());
    },
  };
}

function framing(head: string): { expecting: 'sized_body' | 'chunk_size'; left: number } {
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
