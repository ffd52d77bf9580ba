import { mkdtemp, rm } from 'node:fs/promises';
import { createServer, type Server, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Endpoint } from './endpoint.ts';

/** A request as it came over the wire, head and body. */
export interface RawRequest {
  readonly socket: Socket;
  readonly text: string;
  /** Which connection it came on, from 1. */
  readonly connection: number;
}

/** A server that says on the wire whatever a test writes: half answers, breaks, silence. */
export interface RawServer extends AsyncDisposable {
  readonly endpoint: Endpoint;
  /** Connections made so far. */
  connections(): number;
  /** Resolves when the connection of this number has closed. */
  closed(connection: number): Promise<void>;
}

export const KINDS = ['unix', 'tcp'] as const;

/** Starts a server of `kind`; `reply` is called once per whole request. */
export async function rawServer(
  kind: (typeof KINDS)[number],
  reply: (request: RawRequest) => void,
): Promise<RawServer> {
  const directory = await mkdtemp(join(tmpdir(), 'ssw-engine-'));
  const sockets: Socket[] = [];
  const closings: PromiseWithResolvers<void>[] = [];
  const closing = (connection: number) => (closings[connection - 1] ??= Promise.withResolvers<void>());
  const server = createServer((socket) => {
    const connection = sockets.push(socket);
    socket.on('error', () => undefined).on('close', () => closing(connection).resolve());
    onRequests(socket, (text) => reply({ socket, text, connection }));
  });
  const endpoint = await listen(server, kind, directory);
  return {
    endpoint,
    connections: () => sockets.length,
    closed: (connection) => closing(connection).promise,
    async [Symbol.asyncDispose]() {
      for (const socket of sockets) socket.destroy();
      await new Promise((resolve) => server.close(resolve));
      await rm(directory, { recursive: true, force: true });
    },
  };
}

function onRequests(socket: Socket, whole: (text: string) => void): void {
  let text = '';
  socket.on('data', (chunk) => {
    text += chunk.toString('latin1');
    const end = text.indexOf('\r\n\r\n');
    const length = Number(/content-length: (\d+)/i.exec(text)?.[1] ?? 0);
    if (end < 0 || text.length < end + 4 + length) return;
    const request = text;
    text = '';
    whole(request);
  });
}

async function listen(server: Server, kind: 'unix' | 'tcp', directory: string): Promise<Endpoint> {
  const path = join(directory, 's');
  await new Promise<void>((resolve) => {
    if (kind === 'unix') server.listen(path, resolve);
    else server.listen(0, '127.0.0.1', resolve);
  });
  const address = server.address();
  return typeof address === 'object' && address !== null
    ? { kind: 'tcp', host: '127.0.0.1', port: address.port }
    : { kind: 'unix', path };
}
