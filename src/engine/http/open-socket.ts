import type { Endpoint } from '../endpoint.ts';

export type Socket = Bun.Socket<SocketEvents>;

/** What is told of a socket; it carries this, so that one set of handlers serves all. */
interface SocketEvents {
  open(socket: Socket): void;
  data(bytes: Buffer): void;
  /** There is room to send again. */
  drain(): void;
  /** `undefined`: in order, by the other side. */
  closed(cause: Error | undefined): void;
  /** It cannot be opened, or a handler threw. */
  failed(cause: Error): void;
}

const HANDLERS: Bun.SocketHandler<SocketEvents> = {
  open: (socket) => socket.data.open(socket),
  data: (socket, bytes) => socket.data.data(bytes),
  drain: (socket) => socket.data.drain(),
  close: (socket, cause) => socket.data.closed(cause),
  error: (socket, cause) => socket.data.failed(cause),
  // Of a missing unix socket Bun tells before `connect` returns (1.4.5).
  connectError: ({ data }, cause) => queueMicrotask(() => data.failed(cause)),
};

/** Opens a socket. Nothing is told before this returns. */
export function openSocket(endpoint: Endpoint, data: SocketEvents): void {
  const opening =
    endpoint.kind === 'unix'
      ? Bun.connect({ unix: endpoint.path, data, socket: HANDLERS })
      : Bun.connect({ hostname: endpoint.host, port: endpoint.port, data, socket: HANDLERS });
  opening.catch(() => undefined); // told to `connectError` as well
}
