import { until } from '../../support/wait.ts';
import { post, postHead } from '../requests.ts';
import { ABUSE } from '../settings.ts';
import type { Target } from '../target.ts';
import { exchange, openWire, pour, statusesIn } from '../wire.ts';

/** Most that a body may be long, by the default of `gateway.max_body_bytes`. */
const BODY_BYTES = 30_000_000;
const POUR_MS_MAX = 20_000;
const ANSWER_MS_MAX = 2000;
const MEGABYTE = Buffer.alloc(1_000_000, 'x');
const chunk = (bytes: Uint8Array) =>
  Buffer.concat([Buffer.from(`${bytes.length.toString(16)}\r\n`), bytes, Buffer.from('\r\n')]);

interface Flood {
  readonly name: string;
  readonly head: string;
  /** Sent again and again. */
  readonly part: Uint8Array;
  readonly bytes: number;
  /** Of the first answer. */
  readonly status: number;
}

/** Ways to send too much. */
export function floods(entrance: string): readonly Flood[] {
  const announced = `content-length: ${ABUSE.bodyBytes}\r\n`;
  const inChunks = 'transfer-encoding: chunked\r\n';
  const health = 'GET /health HTTP/1.1\r\nhost: a\r\n';
  const large = { part: MEGABYTE, bytes: ABUSE.bodyBytes };
  return [
    { name: 'of a known length', head: `${postHead(entrance + announced)}\r\n`, ...large, status: 413 },
    { name: 'in chunks', head: `${postHead(entrance + inChunks)}\r\n`, ...large, part: chunk(MEGABYTE), status: 413 },
    { name: 'to where nothing is', head: `${postHead(announced, '/nothing')}\r\n`, ...large, status: 404 },
    { name: 'without a key', head: `${postHead(announced)}\r\n`, ...large, status: 401 },
    { name: 'with a GET', head: `${health}${announced}\r\n`, ...large, status: 200 },
    { name: 'of headers', head: `${health}x: `, ...large, status: 431 },
    {
      name: 'in chunks of a byte, of which each costs as much as a large one',
      head: `${postHead(entrance + inChunks)}\r\n`,
      part: Buffer.from('1\r\na\r\n'.repeat(50_000)),
      bytes: 18_000_000,
      status: 400,
    },
    {
      name: 'of requests that await no answer',
      head: '',
      part: Buffer.from(`${health}\r\n`.repeat(20_000)),
      bytes: ABUSE.bodyBytes,
      status: 200,
    },
  ];
}

/** Pours one out, and tells the status of the first answer: 0 where the connection was reset before that was read. */
export async function flood({ head, part, bytes }: Flood, target: Target): Promise<number> {
  using wire = openWire(target.port, head);
  await pour(wire, part, bytes, POUR_MS_MAX);
  await until('an answer', () => wire.isClosed() || wire.received() !== '', ANSWER_MS_MAX).catch(() => undefined);
  target.answers.push(wire.received());
  return statusesIn(wire.received())[0] ?? 0;
}

const filled = (start: string, unit: string, end: string) =>
  start + unit.repeat((BODY_BYTES - start.length - end.length) / unit.length) + end;
const START = '{"model":"light","max_tokens":1,"messages":';

/** JSON that costs a parser, or whoever looks into it, more than it cost to send. All are refused before they are parsed. */
export const BOMBS: readonly (readonly [name: string, body: () => string])[] = [
  ['deep lists', () => '['.repeat(BODY_BYTES)],
  ['deep objects', () => filled('', '{"a":', '')],
  ['wide lists', () => filled(`${START}[[]`, ',[]', ']}')],
  ['wide objects', () => filled(`${START}[{}`, ',{}', ']}')],
  ['numbers', () => filled(`${START}[0`, ',0', ']}')],
  ['keys', () => filled('{"a":0', ',"a":0', '}')],
  ['escaped quotes', () => filled(`${START}"`, '\\"', '"}')],
  ['backslashes', () => filled(`${START}"`, '\\\\', '"}')],
  ['spaces', () => filled(`${START}[]`, ' ', '}')],
];

/** Sends one, and tells the status and code of its answer. */
export async function explode(body: string, target: Target): Promise<string> {
  const answer = await exchange(target.port, post(body, target.entrance), POUR_MS_MAX);
  target.answers.push(answer);
  return `${statusesIn(answer)[0]} ${/"code":"([a-z_]+)"/.exec(answer)?.[1]}`;
}
