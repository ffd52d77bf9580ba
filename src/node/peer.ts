import { dlopen, ptr } from 'bun:ffi';
import type { Peer } from '../control/index.ts';

// socket(7), unix(7): values of Linux on x64 and arm64.
const SOL_SOCKET = 1;
const SO_PEERCRED = 17;
/** Words of `struct ucred`: pid, uid, gid. */
const UCRED_WORDS = 3;

const FUNCTIONS = {
  getsockopt: { args: ['i32', 'i32', 'i32', 'ptr', 'ptr'], returns: 'i32' },
} as const;

let getsockopt: ReturnType<typeof dlopen<typeof FUNCTIONS>>['symbols']['getsockopt'] | undefined;

/**
 * Who connected to a unix socket, as the kernel noted it then (SO_PEERCRED). Undefined where libc cannot be asked: `bun:ffi`
 * needs the JIT. It is for the log alone, the right to connect is the file's mode.
 */
export function identifyPeer(descriptor: number): Peer | undefined {
  const ucred = new Uint32Array(UCRED_WORDS);
  const length = new Uint32Array([ucred.byteLength]);
  try {
    getsockopt ??= dlopen('libc.so.6', FUNCTIONS).symbols.getsockopt;
    if (getsockopt(descriptor, SOL_SOCKET, SO_PEERCRED, ptr(ucred), ptr(length)) !== 0) return undefined;
  } catch {
    return undefined;
  }
  const [pid = 0, uid = 0, gid = 0] = ucred;
  return { pid, uid, gid };
}
