import { dlopen, ptr } from 'bun:ffi';
import { unixAddress } from '../../../src/node/systemd/address.ts';

/** The service manager's end of sd_notify(3), as PID 1 has it: a bound unix datagram socket. */
export interface Receiver extends Disposable {
  /** The oldest datagram not yet read, or `undefined` when there is none. Never waits. */
  next(): string | undefined;
}

// unix(7), recv(2): values of Linux on x64 and arm64.
const AF_UNIX = 1;
const SOCK_DGRAM_CLOEXEC = 2 | 0o2_000_000;
const MSG_DONTWAIT = 0x40;
const DATAGRAM_BYTES_MAX = 4096;

/** Binds `notifySocket`, a path or an abstract `@name`. */
export function receiveAt(notifySocket: string): Receiver {
  const libc = dlopen('libc.so.6', {
    socket: { args: ['i32', 'i32', 'i32'], returns: 'i32' },
    bind: { args: ['i32', 'ptr', 'u32'], returns: 'i32' },
    recv: { args: ['i32', 'ptr', 'u64', 'i32'], returns: 'i64' },
    close: { args: ['i32'], returns: 'i32' },
  });
  const address = unixAddress(notifySocket);
  if (!address.ok) throw new Error(address.message);
  const socket = libc.symbols.socket(AF_UNIX, SOCK_DGRAM_CLOEXEC, 0);
  if (libc.symbols.bind(socket, ptr(address.bytes), address.bytes.length) !== 0) {
    throw new Error(`cannot bind ${notifySocket}`);
  }
  return {
    next() {
      const buffer = new Uint8Array(DATAGRAM_BYTES_MAX);
      const length = Number(libc.symbols.recv(socket, ptr(buffer), buffer.length, MSG_DONTWAIT));
      return length < 0 ? undefined : new TextDecoder().decode(buffer.subarray(0, length));
    },
    [Symbol.dispose]() {
      libc.symbols.close(socket);
      libc.close();
    },
  };
}
