import { readFields } from './fields.ts';
import { ProtocolError } from './protocol-error.ts';

/** How long a body is (RFC 9112 §6.3): so many bytes, chunk by chunk, or all until the connection closes. */
export type Framing =
  { readonly by: 'length'; readonly bytes: number } | { readonly by: 'chunks' } | { readonly by: 'close' };

/** An answer before its body. */
export interface ResponseHead {
  readonly status: number;
  /** Lower-case names. */
  readonly headers: Readonly<Record<string, string>>;
  readonly framing: Framing;
  /** The server will take another request on this connection. */
  readonly keepsAlive: boolean;
}

const STATUS_LINE = /^HTTP\/1\.([01]) ([1-5]\d\d)(?: [\t\x20-\x7e\x80-\xff]*)?$/;

/** Fifteen digits are exact as a number. */
const LENGTH = /^\d{1,15}$/;

/** No answer of these has a body (RFC 9110 §15). */
const BODILESS = new Set([204, 304]);

const SWITCHING_PROTOCOLS = 101;

/** Reads status line and header lines, without the blank line. Throws `ProtocolError`. */
export function readHead(text: string): ResponseHead {
  const [statusLine = '', ...lines] = text.split('\r\n');
  const [, minor, digits] = STATUS_LINE.exec(statusLine) ?? [];
  if (minor === undefined || digits === undefined) throw new ProtocolError('no status line of HTTP/1.1');
  const status = Number(digits);
  if (status === SWITCHING_PROTOCOLS) throw new ProtocolError('another protocol, which nobody asked for');
  const headers = readFields(lines);
  const framing = framingOf(status, minor, headers);
  const keepsAlive = minor === '1' && framing.by !== 'close' && !saysClose(headers['connection']);
  if (status < 200 && !keepsAlive) throw new ProtocolError('an interim answer that ends its connection');
  return { status, headers, framing, keepsAlive };
}

/** Two framings that contradict each other, or one that cannot be read, are how answers get mixed up: refused. */
function framingOf(status: number, minor: string, headers: Readonly<Record<string, string>>): Framing {
  const coding = headers['transfer-encoding'];
  const length = headers['content-length'];
  if (coding !== undefined && length !== undefined) throw new ProtocolError('a length and a transfer coding');
  if (coding !== undefined && (coding.toLowerCase() !== 'chunked' || minor === '0'))
    throw new ProtocolError('a transfer coding other than chunked');
  if (length !== undefined && !LENGTH.test(length)) throw new ProtocolError('a length that is no number');
  if (isBodiless(status)) {
    if (coding !== undefined || Number(length ?? 0) !== 0) throw new ProtocolError(`a body with status ${status}`);
    return { by: 'length', bytes: 0 };
  }
  if (coding !== undefined) return { by: 'chunks' };
  return length === undefined ? { by: 'close' } : { by: 'length', bytes: Number(length) };
}

function isBodiless(status: number): boolean {
  return status < 200 || BODILESS.has(status);
}

function saysClose(connection: string | undefined): boolean {
  return connection !== undefined && /(?:^|,)[ \t]*close[ \t]*(?:,|$)/i.test(connection);
}
