import type { Socket } from 'bun';

/** A connection to a loopback port, opened when it is first needed. */
export interface Connection {
  /** Sends on the open connection; opens one where there is none, or the server has closed it meanwhile. */
  send(bytes: Uint8Array): void;
  /** Ends it for good; nothing is told afterwards. */
  close(): void;
}

export interface ConnectionEvents {
  /** What has arrived, as Latin-1. Throwing breaks the connection. */
  readonly text: (text: string) => void;
  /** It could not be opened, broke, or was closed by the server. */
  readonly broken: (why: string) => void;
}

export function createConnection(port: number, events: ConnectionEvents): Connection {
  let open: Socket<Uint8Array> | undefined;
  let closed = false;

  const fail = (why: string) => {
    const broken = open;
    open = undefined; // before it is ended, which calls back
    broken?.terminate();
    if (!closed) events.broken(why);
  };
  const write = (socket: Socket<Uint8Array>, bytes: Uint8Array) => {
    if (socket.write(bytes) !== bytes.byteLength) fail('the request was not taken whole');
  };
  const socket: Bun.SocketHandler<Uint8Array> = {
    open(it) {
      open = it;
      if (closed) fail('closed');
      else write(it, it.data);
    },
    data: (_, bytes) => events.text(bytes.toString('latin1')),
    close(it) {
      if (it === open) fail('the connection was closed');
    },
    error: (_, cause) => fail(cause.message),
    connectError: (_, cause) => fail(`cannot connect: ${cause.message}`),
  };

  return {
    send(bytes) {
      if (open !== undefined) write(open, bytes);
      // What it rejects with goes to connectError as well.
      else Bun.connect({ hostname: '127.0.0.1', port, socket, data: bytes }).catch(() => undefined);
    },
    close() {
      closed = true;
      fail('closed');
    },
  };
}
