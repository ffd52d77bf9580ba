import type { Socket } from 'node:net';
import { answerCall, refuse, type AnswerEffects } from './answer.ts';
import type { Caller, Peer } from './caller.ts';
import { createHttpListener, type HttpListener } from './http.ts';
import { createKeyDoor, readControlKey, type KeyDoor } from './key-door.ts';
import { ROUTES } from './routes.ts';
import { listenOnFile, readSocketPath, removeSocketFile } from './socket-file.ts';

/** Owner and group may do all. */
const SOCKET_MODE = 0o660;
/** Whoever can reach it may look. */
const READ_SOCKET_MODE = 0o666;

/** Where the control API is served. */
export interface ControlPlaces {
  /** The read-only one lies beside it. */
  readonly socket: string;
  readonly tcp?: { readonly host: string; readonly port: number; readonly keyFile: string } | undefined;
}

export interface ControlEffects extends AnswerEffects {
  /** Who is on the other end of a unix socket's descriptor; undefined where that cannot be told. */
  readonly identify: (descriptor: number) => Peer | undefined;
}

/** The control API while it is open. */
export interface ControlServer {
  /** Where it listens on TCP; undefined where it does not. */
  readonly tcpPort: number | undefined;
  /** Closes everything and removes the socket files. */
  stop(): Promise<void>;
}

/**
 * Serves the control API: to operators on `places.socket`, to those who may look on the read-only socket beside it, and on
 * TCP, where that is asked for, to those who have the key. What the kernel lets in by the mode of a file has that file's
 * rights; who it was is told by the kernel too, for the log. Throws where it cannot listen.
 */
export async function startControlServer(places: ControlPlaces, effects: ControlEffects): Promise<ControlServer> {
  await using opened = new AsyncDisposableStack();
  const answer = (request: Request, caller: Caller) => answerCall(ROUTES, request, caller, effects);
  const onFile = async (path: string, mode: number, caller: Pick<Caller, 'access' | 'via'>) => {
    const callerOf = (socket: Socket): Caller => ({ ...caller, peer: peerOf(socket, effects), address: undefined });
    const listener = createHttpListener({ clock: effects.clock, callerOf, answer });
    await listenOnFile(listener.server, path, mode);
    opened.defer(async () => {
      await listener.stop();
      removeSocketFile(path);
    });
  };
  await onFile(places.socket, SOCKET_MODE, { access: 'operators', via: 'socket' });
  await onFile(readSocketPath(places.socket), READ_SOCKET_MODE, { access: 'anyone', via: 'read_socket' });
  const tcpPort = places.tcp && (await listenOnTcp(places.tcp, answer, effects, opened));
  const open = opened.move();
  return { tcpPort, stop: () => open.disposeAsync() };
}

async function listenOnTcp(
  { host, port, keyFile }: NonNullable<ControlPlaces['tcp']>,
  answer: (request: Request, caller: Caller) => Promise<Response>,
  effects: ControlEffects,
  opened: AsyncDisposableStack,
): Promise<number> {
  const door = createKeyDoor(readControlKey(keyFile));
  const listener = createHttpListener({
    clock: effects.clock,
    callerOf: (socket) => ({ access: 'operators', via: 'tcp', peer: undefined, address: socket.remoteAddress }),
    answer: async (request, caller) => atDoor(door, request, caller, effects) ?? answer(request, caller),
  });
  await bind(listener, host, port);
  opened.defer(() => listener.stop());
  const address = listener.server.address();
  return typeof address === 'object' && address !== null ? address.port : port;
}

function bind({ server }: HttpListener, host: string, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, host, () => resolve());
  });
}

/** The refusal of one who has not the key. */
function atDoor(door: KeyDoor, request: Request, caller: Caller, { clock, log }: ControlEffects): Response | undefined {
  const admission = door.admit(request.headers.get('authorization') ?? '', caller.address ?? '', clock.nowMs());
  if (admission === 'in') return undefined;
  if (admission === 'later') return refuse(429, 'too many wrong keys from this address', { 'retry-after': '60' });
  log.warn({ audit: 'control', via: 'tcp', address: caller.address }, 'a wrong key');
  return refuse(401, 'the control API on TCP takes the key of control.tcp.key_file as a bearer key', {
    'www-authenticate': 'Bearer',
  });
}

/** Where Bun keeps a socket's descriptor, as Node does; neither documents it. */
const HANDLE = '_handle';

function peerOf(socket: object, { identify }: ControlEffects): Peer | undefined {
  const handle: unknown = Reflect.get(socket, HANDLE);
  if (typeof handle !== 'object' || handle === null || !('fd' in handle)) return undefined;
  return typeof handle.fd === 'number' && handle.fd >= 0 ? identify(handle.fd) : undefined;
}
