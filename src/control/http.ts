import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { createServer as createListener, type Server, type Socket } from 'node:net';
import type { Cancel, Clock } from '../telemetry/index.ts';
import { refuse } from './answer.ts';
import type { Caller } from './caller.ts';

/** Connections at once on one listener; one more is closed. */
const CONNECTIONS_MAX = 64;
/** Of a request's body: it names things, it carries no data. */
const BODY_BYTES_MAX = 65_536;
/** A connection that says nothing whole for so long is closed: the first request, the next one, or a request's body. */
const SILENCE_MAX_MS = 30_000;

/** A listener that is not bound yet: `listen` it, and close what is open at the end. */
export interface HttpListener {
  readonly server: Server;
  /** Ends every connection. */
  stop(): Promise<void>;
}

/** Whom a connection belongs to, and how its requests are answered. */
interface HttpService {
  readonly clock: Clock;
  readonly callerOf: (socket: Socket) => Caller;
  readonly answer: (request: Request, caller: Caller) => Promise<Response>;
}

/**
 * HTTP over connections that are accepted here, because `Bun.serve` tells nothing of who is on the other end of a unix
 * socket, and cuts a reply that is silent for 10 s. The time-outs of Bun's `node:http` do not end a silent client.
 */
export function createHttpListener({ clock, callerOf, answer }: HttpService): HttpListener {
  const connections = new Map<Socket, Connection>();
  const http = createServer((incoming, outgoing) => {
    const connection = connections.get(incoming.socket);
    if (connection === undefined) return void outgoing.destroy(); // it has closed meanwhile
    outgoing.once('close', connection.awaitRequest);
    exchange(incoming, outgoing, (request) => {
      connection.stopWaiting();
      return answer(request, connection.caller);
    }).catch(() => outgoing.destroy()); // a client that broke off in the middle of its request
  });
  const server = createListener((socket) => {
    socket.on('error', () => undefined); // a client that breaks off; `close` follows
    if (connections.size >= CONNECTIONS_MAX) return void socket.destroy();
    const connection = createConnection(socket, callerOf(socket), clock);
    connections.set(socket, connection);
    socket.once('close', () => {
      connections.delete(socket);
      connection.stopWaiting();
    });
    http.emit('connection', socket);
  });
  return {
    server,
    stop: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        for (const it of connections.keys()) it.destroy();
      }),
  };
}

/** One client, whose patience with us is not limited, and ours with it is. */
interface Connection {
  readonly caller: Caller;
  readonly awaitRequest: () => void;
  readonly stopWaiting: () => void;
}

function createConnection(socket: Socket, caller: Caller, clock: Clock): Connection {
  let cancel: Cancel = () => undefined;
  const awaitRequest = () => {
    cancel();
    if (!socket.destroyed) cancel = clock.after(SILENCE_MAX_MS, () => socket.destroy());
  };
  awaitRequest();
  return { caller, awaitRequest, stopWaiting: () => cancel() };
}

async function exchange(
  incoming: IncomingMessage,
  outgoing: ServerResponse,
  answer: (request: Request) => Promise<Response>,
): Promise<void> {
  const body = await readBody(incoming);
  await send(
    body === undefined ? refuse(413, 'the body is too large') : await answer(requestOf(incoming, body)),
    outgoing,
  );
}

/** The whole body; undefined where it is larger than it may be. */
async function readBody(incoming: IncomingMessage): Promise<Uint8Array<ArrayBuffer> | undefined> {
  const pieces: Uint8Array[] = [];
  let bytes = 0;
  for await (const piece of incoming as AsyncIterable<Uint8Array>) {
    bytes += piece.length;
    if (bytes > BODY_BYTES_MAX) return undefined;
    pieces.push(piece);
  }
  return new Uint8Array(Buffer.concat(pieces));
}

function requestOf(incoming: IncomingMessage, body: Uint8Array<ArrayBuffer>): Request {
  const { method = 'GET', url = '/', headers } = incoming;
  const authorization = headers.authorization ?? '';
  // Only the path: what a client writes before it names no other place here.
  const path = url.startsWith('/') ? url : '/';
  return new Request(`http://localhost${path}`, {
    method,
    headers: { authorization },
    ...(method === 'GET' || method === 'HEAD' ? {} : { body }),
  });
}

/** Writes a response as fast as its reader reads; one that leaves cancels the body. */
async function send(response: Response, outgoing: ServerResponse): Promise<void> {
  outgoing.writeHead(response.status, Object.fromEntries(response.headers));
  const reader = response.body?.getReader();
  outgoing.once('close', () => void reader?.cancel().catch(() => undefined));
  try {
    for (let piece = await reader?.read(); piece?.done === false; piece = await reader?.read())
      if (!outgoing.write(piece.value)) await drained(outgoing);
    outgoing.end();
  } catch {
    outgoing.destroy(); // the body broke off: so does the reply, that nobody takes it for whole
  }
}

function drained(outgoing: ServerResponse): Promise<void> {
  return new Promise((resolve) => {
    outgoing.once('drain', resolve);
    outgoing.once('close', resolve);
  });
}
