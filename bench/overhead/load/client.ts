import type { Socket } from 'bun';
import type { Examination } from './examination.ts';
import { createResponseReader, type ResponseReader } from './response-reader.ts';

/** What came of one request. */
export interface Outcome {
  /** From its sending to its last byte. */
  readonly ms: number;
  /** Absent when all was right. */
  readonly fault: string | undefined;
}

/** One client: one request at a time, on one connection as long as the server keeps it. */
export interface Client {
  /** Sends the request. Its outcome comes to `onOutcome`, from within which the next may be asked for. */
  ask(): void;
  /** Ends the connection; a request on it has no outcome any more. */
  close(): void;
}

export interface ClientSetup {
  readonly port: number;
  readonly request: Uint8Array;
  readonly examination: Examination;
  readonly onOutcome: (outcome: Outcome) => void;
}

/** A connection that was closed between two requests is opened anew; one that breaks during a request is a fault. */
export function createClient({ port, request, examination, onOutcome }: ClientSetup): Client {
  let connection: Socket<ResponseReader> | undefined;
  let askedAtMs: number | undefined;
  let closed = false;

  const settle = (fault: string | undefined) => {
    if (askedAtMs === undefined || closed) return;
    const ms = performance.now() - askedAtMs;
    askedAtMs = undefined;
    onOutcome({ ms, fault });
  };
  const fail = (fault: string) => {
    const broken = connection;
    connection = undefined; // before it is ended, which calls back
    broken?.terminate();
    examination.end();
    settle(fault);
  };
  const send = (socket: Socket<ResponseReader>) => {
    if (socket.write(request) !== request.byteLength) fail('the request was not taken whole');
  };
  const reader = () =>
    createResponseReader({
      head: (status) => examination.head(status),
      body: (text) => examination.body(text),
      end: () => settle(examination.end()),
    });
  const handlers: Bun.SocketHandler<ResponseReader> = {
    open(socket) {
      connection = socket;
      if (closed) socket.terminate();
      else send(socket);
    },
    data: (socket, bytes) => socket.data.read(bytes.toString('latin1')),
    close(socket) {
      if (connection === socket) fail('the connection closed before the answer was whole');
    },
    error: (_, cause) => fail(cause.message),
    connectError: (_, cause) => fail(`cannot connect: ${cause.message}`),
  };

  return {
    ask() {
      askedAtMs = performance.now();
      if (connection !== undefined) send(connection);
      // A failed connection is told to connectError as well.
      else Bun.connect({ hostname: '127.0.0.1', port, socket: handlers, data: reader() }).catch(() => undefined);
    },
    close() {
      closed = true;
      connection?.terminate();
    },
  };
}
