import { postHead, question, post } from '../requests.ts';
import { CUT_MS_MAX } from '../settings.ts';
import type { Target } from '../target.ts';

/** What became of the connections of one attack. */
export interface Crowd {
  readonly opened: number;
  /** Those that were not closed by the other end in time. */
  readonly left: number;
  /** From its opening until it was closed, of the one that lasted longest. */
  readonly longestMs: number;
}

interface Manner {
  readonly count: number;
  /** What each sends at once. */
  readonly first: string;
  /** What it sends then, every `DRIP_EVERY_MS`. */
  readonly drip?: string;
  /** Whether it ends its own direction after `first`. */
  readonly halfClose?: boolean;
  /** Whether it reads nothing. */
  readonly deaf?: boolean;
}

const DRIP_EVERY_MS = 1000;
/** Each crowd opens its connections at this rate: 10,000 idle ones, in two crowds, take five seconds. */
const OPENED_AT_ONCE = 50;
const OPENING_EVERY_MS = 50;

const REQUEST = 'GET /health HTTP/1.1\r\nhost: a\r\n\r\n';

/** Each way to hold a connection without using it. */
export const MANNERS = {
  silent: (count: number): Manner => ({ count, first: '' }),
  idle_after_a_request: (count: number): Manner => ({ count, first: REQUEST }),
  slow_request_line: (count: number): Manner => ({ count, first: 'GET /', drip: 'a' }),
  slow_head: (count: number): Manner => ({ count, first: 'GET / HTTP/1.1\r\nhost: a\r\n', drip: 'x: y\r\n' }),
  slow_second_head: (count: number): Manner => ({ count, first: `${REQUEST}GET / HTTP/1.1\r\n`, drip: 'x: y\r\n' }),
  slow_body: (count: number, entrance: string): Manner => ({
    count,
    first: `${postHead(`${entrance}content-length: 60000\r\n`)}\r\n{`,
    drip: ' ',
  }),
  slow_chunks: (count: number, entrance: string): Manner => ({
    count,
    first: `${postHead(`${entrance}transfer-encoding: chunked\r\n`)}\r\n1\r\n{\r\n`,
    drip: '1\r\n \r\n',
  }),
  half_closed: (count: number): Manner => ({ count, first: 'GET / HT', halfClose: true }),
  half_closed_after_a_question: (count: number, entrance: string): Manner => ({
    count,
    first: post(question(100), entrance),
    halfClose: true,
  }),
  slow_reader: (count: number, entrance: string): Manner => ({
    count,
    first: post(question(60_000, { model: 'wordy', stream: true }), entrance),
    deaf: true,
  }),
} satisfies Record<string, (count: number, entrance: string) => Manner>;

/** Opens the connections, and waits until the other end has closed them all, or for as long as that may take. */
export async function crowd(
  { count, first, drip, halfClose, deaf }: Manner,
  { port }: Pick<Target, 'port'>,
): Promise<Crowd> {
  const openedMs = new Map<Bun.Socket, number>();
  let [opened, longestMs] = [0, 0];
  const socket: Bun.SocketHandler<undefined> = {
    open(it) {
      opened += 1;
      openedMs.set(it, performance.now());
      it.write(first);
      if (halfClose === true) it.shutdown(true);
      if (deaf === true) it.pause();
    },
    data: () => undefined,
    close(it) {
      longestMs = Math.max(longestMs, performance.now() - (openedMs.get(it) ?? 0));
      openedMs.delete(it);
    },
    error: () => undefined,
  };
  for (let asked = 0; asked < count; asked += OPENED_AT_ONCE) {
    const some = Math.min(OPENED_AT_ONCE, count - asked);
    const connectOne = () => Bun.connect({ hostname: '127.0.0.1', port, allowHalfOpen: true, socket });
    await Promise.allSettled([...Array.from({ length: some }, connectOne), Bun.sleep(OPENING_EVERY_MS)]);
  }
  const deadlineMs = performance.now() + CUT_MS_MAX;
  while (openedMs.size > 0 && performance.now() < deadlineMs) {
    if (drip !== undefined) for (const it of openedMs.keys()) it.write(drip);
    // Whoever reads nothing does not see the end, either: it looks late.
    if (deaf === true && performance.now() > deadlineMs - CUT_MS_MAX / 2) for (const it of openedMs.keys()) it.resume();
    await Bun.sleep(DRIP_EVERY_MS);
  }
  const left = openedMs.size;
  for (const it of openedMs.keys()) it.terminate();
  return { opened, left, longestMs: Math.round(longestMs) };
}
