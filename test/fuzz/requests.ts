import * as fc from 'fast-check';
import { bodies, GOOD } from './bodies.ts';
import { cut } from './cut.ts';

/** A request as it goes over the wire. */
export interface WireRequest {
  readonly method: string;
  readonly path: string;
  readonly headers: readonly (readonly [name: string, value: string])[];
  readonly body: Buffer;
  /** Offsets into the body where chunks begin; `undefined`: its length is told. */
  readonly chunkBorders: readonly number[] | undefined;
  /** Offsets into all bytes where pieces begin that are sent by themselves. */
  readonly pieceBorders: readonly number[];
}

const PATHS = [...Object.keys(GOOD), '/v1/models', '/v1/models/light', '/health', '/ready', '/metrics'];
const ODD_PATHS = ['/', '/v1', '/v1//models', '/v1/models/', '/v1/models/%00', '/v1/models/%E0%A4%A', '/v1/messages/x'];
/** Bun closes a connection that asks for a method it does not know. */
const METHODS = ['GET', 'HEAD', 'PUT', 'DELETE', 'OPTIONS', 'PATCH', 'TRACE', 'PROPFIND'];

const HEADERS = `x-ssw-pool x-ssw-priority x-ssw-session x-ssw-effort x-ssw-fallback x-ssw-deadline-ms x-request-id
  x-stainless-timeout idempotency-key ssw-idempotency content-type content-encoding accept accept-encoding origin
  traceparent cookie expect range anthropic-version x-odd`.split(/\s+/);
const WORDS = `heavy light auto bulk interactive allow never high conflict 60000 0 -1 NaN 1e999 100-continue gzip
  application/json text/plain */* {{7*7}} __proto__ bytes=0-1 ../../etc/passwd \${jndi:x}`.split(/\s+/);
const VALUES = [
  ...WORDS,
  '',
  'a\tb',
  '\xff\xfe',
  'x'.repeat(255),
  'x'.repeat(3000),
  'application/json; charset=utf-16',
];
/** Bytes that a value may hold (RFC 9110 §5.5), and some that it may not. */
const value = fc.oneof(
  { weight: 6, arbitrary: fc.constantFrom(...VALUES) },
  { weight: 2, arbitrary: fc.array(fc.integer({ min: 0x20, max: 0xff }), { maxLength: 40 }).map(latin1) },
  {
    weight: 1,
    arbitrary: fc
      .array(fc.integer({ min: 1, max: 0xff }), { maxLength: 10 })
      .map(latin1)
      .map(oneLine),
  },
);

function latin1(bytes: readonly number[]): string {
  return Buffer.from(bytes).toString('latin1');
}

/** What comes after a line's end would be another header, perhaps one of those that say where a body ends. */
function oneLine(text: string): string {
  return text.replaceAll(/[\r\n]/g, '');
}

const path = fc.oneof(
  { weight: 8, arbitrary: fc.constantFrom(...PATHS) },
  { weight: 1, arbitrary: fc.constantFrom(...ODD_PATHS) },
  { weight: 1, arbitrary: fc.webPath().map((it) => `/${it}`) },
);
const borders = fc.array(fc.nat(), { maxLength: 6 });

/** Whatever a client may send whose framing is right. */
export const requests: fc.Arbitrary<WireRequest> = path.chain((it) =>
  fc.record({
    method: fc.oneof({ weight: 8, arbitrary: fc.constant(it in GOOD ? 'POST' : 'GET') }, fc.constantFrom(...METHODS)),
    path: fc.constant(it),
    headers: fc.array(fc.tuple(fc.constantFrom(...HEADERS), value), { maxLength: 4 }),
    body: it in GOOD ? bodies(it) : fc.constant(Buffer.alloc(0)),
    chunkBorders: fc.option(borders, { nil: undefined }),
    pieceBorders: borders,
  }),
);

/** Its bytes, in the pieces in which they are sent. The connection is closed after the answer. */
export function toPieces(request: WireRequest, entrance: string): readonly Buffer[] {
  const { method, path: target, headers, body, chunkBorders, pieceBorders } = request;
  const framing = chunkBorders === undefined ? `content-length: ${body.length}` : 'transfer-encoding: chunked';
  const others = headers.map(([name, text]) => `${name}: ${text}\r\n`).join('');
  const head = `${method} ${target} HTTP/1.1\r\nhost: a\r\n${entrance}${others}connection: close\r\n${framing}\r\n\r\n`;
  const framed = chunkBorders === undefined ? body : inChunks(cut(body, chunkBorders));
  return cut(Buffer.concat([Buffer.from(head, 'latin1'), framed]), pieceBorders);
}

/** A chunk of no bytes would be the last one. */
function inChunks(parts: readonly Buffer[]): Buffer {
  const chunks = parts.filter((it) => it.length > 0).map((it) => [`${it.length.toString(16)}\r\n`, it, '\r\n']);
  return Buffer.concat([...chunks.flat(), '0\r\n\r\n'].map((it) => Buffer.from(it)));
}
