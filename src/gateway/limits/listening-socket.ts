import { dlopen, ptr } from 'bun:ffi';
import { readdirSync } from 'node:fs';

/** One of socket(7) or tcp(7) whose value is a number. */
export interface SocketOption {
  readonly level: number;
  readonly name: number;
  readonly value: number;
}

/** A socket that listens. */
export interface ListeningSocket {
  /** On connections that come from now on: they take it over from the listener. False where the kernel does not know it. */
  set(option: SocketOption): boolean;
  /** How many connections may wait to be accepted; the kernel's `net.core.somaxconn` goes before it. */
  setBacklog(connections: number): boolean;
}

const FUNCTIONS = {
  getsockname: { args: ['i32', 'ptr', 'ptr'], returns: 'i32' },
  getsockopt: { args: ['i32', 'i32', 'i32', 'ptr', 'ptr'], returns: 'i32' },
  setsockopt: { args: ['i32', 'i32', 'i32', 'ptr', 'u32'], returns: 'i32' },
  listen: { args: ['i32', 'i32'], returns: 'i32' },
} as const;
type Libc = ReturnType<typeof dlopen<typeof FUNCTIONS>>['symbols'];

// socket(7): values of Linux on x64 and arm64.
const SOL_SOCKET = 1;
const SO_ACCEPTCONN = 30;
const AF_INET = 2;
const AF_INET6 = 10;
/** `struct sockaddr_in6`, the longer one. Both begin with the family, in the host's order, and the port, in the network's. */
const ADDRESS_BYTES = 28;

let libc: Libc | undefined;

/**
 * The socket of this process that listens on a TCP port: Bun's server tells no descriptor of it, and lets nobody say its
 * backlog. Absent where libc cannot be asked: `bun:ffi` needs the JIT.
 */
export function findListener(port: number): ListeningSocket | undefined {
  try {
    libc ??= dlopen('libc.so.6', FUNCTIONS).symbols;
  } catch {
    return undefined;
  }
  const symbols = libc;
  const descriptor = readdirSync('/proc/self/fd')
    .map(Number)
    .find((it) => listensOn(it, port, symbols));
  if (descriptor === undefined) return undefined;
  return {
    set: ({ level, name, value }) =>
      symbols.setsockopt(descriptor, level, name, ptr(new Int32Array([value])), Int32Array.BYTES_PER_ELEMENT) === 0,
    // listen(2) of a socket that listens already changes its backlog only.
    setBacklog: (connections) => symbols.listen(descriptor, connections) === 0,
  };
}

/** Anything but a socket answers with an error. */
function listensOn(descriptor: number, port: number, { getsockopt, getsockname }: Libc): boolean {
  const listens = new Int32Array(1);
  const length = new Uint32Array([listens.byteLength]);
  if (getsockopt(descriptor, SOL_SOCKET, SO_ACCEPTCONN, ptr(listens), ptr(length)) !== 0 || listens[0] !== 1)
    return false;
  const address = new DataView(new ArrayBuffer(ADDRESS_BYTES));
  length[0] = ADDRESS_BYTES;
  if (getsockname(descriptor, ptr(address.buffer), ptr(length)) !== 0) return false;
  return [AF_INET, AF_INET6].includes(address.getUint16(0, true)) && address.getUint16(2) === port;
}
