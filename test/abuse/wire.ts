import { connect, type Socket } from 'node:net';
import { until } from '../support/wait.ts';

/** Bytes of answers that are kept. */
const KEPT_BYTES = 65_536;

/** One connection, with nothing between the test and the bytes. */
export interface Wire extends Disposable {
  readonly socket: Socket;
  /** The beginning of what came, a character a byte. */
  received(): string;
  isClosed(): boolean;
}

export function openWire(port: number, first: string | Uint8Array = ''): Wire {
  const socket = connect({ port, host: '127.0.0.1', allowHalfOpen: true });
  let [received, closed] = ['', false];
  socket.on('data', (data) => {
    if (received.length < KEPT_BYTES) received += data.toString('latin1');
  });
  socket.on('error', () => undefined); // a reset is one way to be cut off; `close` follows
  socket.on('end', () => void socket.destroy());
  socket.on('close', () => (closed = true));
  socket.write(first);
  return {
    socket,
    received: () => received,
    isClosed: () => closed,
    [Symbol.dispose]: () => void socket.destroy(),
  };
}

/** Status codes of the answers that came, in order. */
export function statusesIn(received: string): readonly number[] {
  return Array.from(received.matchAll(/HTTP\/1\.1 (\d{3}) /g), ([, status]) => Number(status));
}

/** Sends `bytes` and waits until an answer is whole or the connection closed; without either, for `limitMs`. */
export async function exchange(port: number, bytes: string | Uint8Array, limitMs = 5000): Promise<string> {
  using wire = openWire(port, bytes);
  await until('an answer', () => wire.isClosed() || hasAnswer(wire.received()), limitMs).catch(() => undefined);
  return wire.received();
}

function hasAnswer(received: string): boolean {
  const [head = '', body] = received.split('\r\n\r\n', 2);
  const length = Number(/\r\ncontent-length: (\d+)/i.exec(head)?.[1] ?? Number.NaN);
  return body !== undefined && body.length >= length;
}

/** Sends `part` again and again, up to `bytes` or until the other end will have no more; waits for each to be taken. */
export async function pour(wire: Wire, part: Uint8Array, bytes: number, limitMs: number): Promise<number> {
  const deadlineMs = performance.now() + limitMs;
  let sent = 0;
  while (sent < bytes && !wire.isClosed() && performance.now() < deadlineMs) {
    const taken = Promise.withResolvers<void>();
    wire.socket.write(part, () => taken.resolve());
    await Promise.race([taken.promise, Bun.sleep(deadlineMs - performance.now())]);
    sent += part.length;
  }
  return sent;
}
