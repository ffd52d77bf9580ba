/** One request, as far as the fake upstream cares. Latin-1: one character a byte. */
export interface UpstreamRequest {
  readonly path: string;
  readonly body: string;
}

/** Longest request taken; the load generator's are under 1 kB. */
const REQUEST_BYTES_MAX = 1_048_576;

/** Cuts the bytes of one connection into requests with a `content-length`, one at a time (no pipelining). */
export interface RequestReader {
  /** The request that these bytes complete. Throws on one that cannot be read. */
  read(bytes: Buffer): UpstreamRequest | undefined;
}

export function createRequestReader(): RequestReader {
  let kept = '';
  return {
    read(bytes) {
      const text = kept + bytes.toString('latin1');
      const headEnd = text.indexOf('\r\n\r\n');
      const end = headEnd === -1 ? Infinity : headEnd + 4 + contentLength(text.slice(0, headEnd + 2));
      if (text.length < end) {
        if (text.length > REQUEST_BYTES_MAX) throw new Error(`a request longer than ${REQUEST_BYTES_MAX} bytes`);
        kept = text;
        return undefined;
      }
      if (text.length > end) throw new Error('bytes after the request: pipelining is not supported');
      kept = '';
      return { path: text.slice(text.indexOf(' ') + 1, text.indexOf(' HTTP/1.')), body: text.slice(headEnd + 4) };
    },
  };
}

function contentLength(head: string): number {
  if (/\r\ntransfer-encoding:/i.test(head)) throw new Error('a chunked request: send a content-length');
  return Number(/\r\ncontent-length: *(\d+)\r\n/i.exec(head)?.[1] ?? 0);
}
