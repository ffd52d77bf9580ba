import { ptr } from 'bun:ffi';
import { libc } from './libc.ts';

/** What became of one notification. A failure leaves the service manager with what it knew before. */
export type Sent = { readonly ok: true } | { readonly ok: false; readonly message: string };

/**
 * How long a send may wait for room in the receiver's queue (net.unix.max_dgram_qlen). Waiting stops the event loop,
 * not waiting would lose a READY=1 to a busy PID 1.
 */
const SEND_TIMEOUT_MS = 100;

// unix(7), socket(7): values of Linux on x64 and arm64.
const AF_UNIX = 1;
const SOCK_DGRAM_CLOEXEC = 2 | 0o2_000_000;
const SOL_SOCKET = 1;
const SO_SNDTIMEO = 21;
const MSG_NOSIGNAL = 0x4000;

const ERRORS: Readonly<Record<number, string>> = {
  2: 'ENOENT: no such socket',
  11: 'EAGAIN: the receiver does not read',
  13: 'EACCES: not allowed to write to it',
  90: 'EMSGSIZE: message too long',
  111: 'ECONNREFUSED: nobody listens',
};

/**
 * Sends one datagram to a unix socket, from a socket of its own as libsystemd does, so no descriptor is kept.
 * Throws where libc cannot be opened.
 */
export function sendDatagram(address: Uint8Array, message: string): Sent {
  const c = libc();
  const payload = new TextEncoder().encode(message);
  const socket = c.socket(AF_UNIX, SOCK_DGRAM_CLOEXEC, 0);
  if (socket < 0) return failed('socket', c.errno());
  try {
    const timeout = new BigInt64Array([0n, BigInt(SEND_TIMEOUT_MS * 1000)]);
    c.setsockopt(socket, SOL_SOCKET, SO_SNDTIMEO, ptr(timeout), timeout.byteLength);
    const sent = c.sendto(socket, ptr(payload), payload.length, MSG_NOSIGNAL, ptr(address), address.length);
    return sent < 0n ? failed('sendto', c.errno()) : { ok: true };
  } finally {
    c.close(socket);
  }
}

function failed(call: string, errno: number): Sent {
  return { ok: false, message: `cannot notify the service manager: ${call}: ${ERRORS[errno] ?? `errno ${errno}`}` };
}
