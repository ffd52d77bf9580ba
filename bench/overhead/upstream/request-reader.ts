/** One request, as far as the fake upstream cares. Latin-1: one character a byte. */
export interface UpstreamRequest {
  readonly path: string;
  readonly body: string;
}

/** Longest request taken; the load generator's are under 1 kB. */
const REQUEST_BYTES_MAX = 1_048_576;

/** Cuts the bytes of one connection into requests, one at a time (no pipelining). */
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
      const whole = headEnd === -1 ? undefined : bodyOf(text.slice(0, headEnd + 2), text.slice(headEnd + 4));
      if (whole === undefined) {
        if (text.length > REQUEST_BYTES_MAX) throw new Error(`a request longer than ${REQUEST_BYTES_MAX} bytes`);
        kept = text;
        return undefined;
      }
      if (whole.left > 0) throw new Error('bytes after the request: pipelining is not supported');
      kept = '';
      return { path: text.slice(text.indexOf(' ') + 1, text.indexOf(' HTTP/1.')), body: whole.body };
    },
  };
}

/** A body, and how many bytes come after it; absent while it is not whole. */
type Whole = { readonly body: string; readonly left: number } | undefined;

function bodyOf(head: string, rest: string): Whole {
  if (/\r\ntransfer-encoding: *chunked\r\n/i.test(head)) return chunkedBodyOf(rest);
  const length = Number(/\r\ncontent-length: *(\d+)\r\n/i.exec(head)?.[1] ?? 0);
  return rest.length < length ? undefined : { body: rest.slice(0, length), left: rest.length - length };
}

/** RFC 9112 §7.1, without trailers. */
function chunkedBodyOf(rest: string): Whole {
  let body = '';
  for (let at = 0; ;) {
    const lineEnd = rest.indexOf('\r\n', at);
    if (lineEnd === -1) return undefined;
    const size = Number.parseInt(rest.slice(at, lineEnd), 16);
    if (!(size >= 0)) throw new Error('a chunk without a size');
    at = lineEnd + 2 + size + 2;
    if (rest.length < at) return undefined;
    if (size === 0) return { body, left: rest.length - at };
    body += rest.slice(lineEnd + 2, at - 2);
  }
}
