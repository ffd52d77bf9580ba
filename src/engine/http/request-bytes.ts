import { ONE_PIECE_BYTES_MAX } from './limits.ts';

/** A request as it goes out. Header names in any case. */
export interface RequestParts {
  readonly method: 'GET' | 'POST';
  /** With the leading slash. */
  readonly path: string;
  /** What is asked for by name: `127.0.0.1:8000`. */
  readonly host: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Uint8Array | string | undefined;
  /** The server is told to close the connection after its answer. */
  readonly last: boolean;
}

/** Headers that frame a message on one connection (RFC 9110 §7.6.1, RFC 9112 §6); ours to set, never the caller's. */
const FRAMING = new Set([
  'connection',
  'content-length',
  'expect',
  'host',
  'keep-alive',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
]);

const PATH = /^\/[\x21-\x7e]*$/;
const NAME = /^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/;
const VALUE = /^[\t\x20-\x7e\x80-\xff]*$/;

/** A request that its caller made so that it cannot be sent. */
export class UnwritableHead extends TypeError {
  override readonly name = 'UnwritableHead';
}

/** The bytes of a request, in one piece or, where it is long, head and body. Throws `UnwritableHead`. */
export function requestBytes(request: RequestParts): Uint8Array[] {
  const { body } = request;
  const length = body === undefined ? 0 : Buffer.byteLength(body);
  const head = headText(request, length);
  if (body === undefined) return [Buffer.from(head, 'latin1')];
  if (head.length + length > ONE_PIECE_BYTES_MAX) {
    return [Buffer.from(head, 'latin1'), typeof body === 'string' ? Buffer.from(body) : body];
  }
  const whole = Buffer.allocUnsafe(head.length + length);
  whole.write(head, 0, 'latin1');
  if (typeof body === 'string') whole.write(body, head.length);
  else whole.set(body, head.length);
  return [whole];
}

function headText({ method, path, host, headers, body, last }: RequestParts, length: number): string {
  if (!PATH.test(path)) throw new UnwritableHead('a path that cannot be written');
  let text = `${method} ${path} HTTP/1.1\r\nhost: ${host}\r\n`;
  for (const name in headers) {
    const value = headers[name];
    if (value === undefined || FRAMING.has(name.toLowerCase())) continue;
    if (!NAME.test(name) || !VALUE.test(value)) throw new UnwritableHead('a header that cannot be written');
    text += `${name}: ${value}\r\n`;
  }
  if (body !== undefined) text += `content-length: ${length}\r\n`;
  if (last) text += 'connection: close\r\n';
  return `${text}\r\n`;
}
