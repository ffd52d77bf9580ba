import { dlopen, read } from 'bun:ffi';

/**
 * The C functions of sd_notify's protocol. Bun has no unix datagram socket (`node:dgram` and `Bun.udpSocket` are IP
 * only) and no CLOCK_MONOTONIC: its `hrtime` starts at zero with the process.
 */
const FUNCTIONS = {
  socket: { args: ['i32', 'i32', 'i32'], returns: 'i32' },
  setsockopt: { args: ['i32', 'i32', 'i32', 'ptr', 'u32'], returns: 'i32' },
  sendto: { args: ['i32', 'ptr', 'u64', 'i32', 'ptr', 'u32'], returns: 'i64' },
  close: { args: ['i32'], returns: 'i32' },
  clock_gettime: { args: ['i32', 'ptr'], returns: 'i32' },
  __errno_location: { args: [], returns: 'ptr' },
} as const;

type Symbols = ReturnType<typeof dlopen<typeof FUNCTIONS>>['symbols'];

/** libc, opened. */
interface Libc extends Symbols {
  /** `errno` of the call just made. */
  errno(): number;
}

/** glibc. Not musl: where systemd runs, glibc does. */
const NAME = 'libc.so.6';

let opened: Libc | undefined;

/**
 * Opens libc at its first use. Throws where `bun:ffi` cannot work: it needs the JIT, which `MemoryDenyWriteExecute=`
 * and `LimitAS=` take away (oven-sh/bun#41900).
 */
export function libc(): Libc {
  opened ??= open();
  return opened;
}

function open(): Libc {
  try {
    return withErrno(dlopen(NAME, FUNCTIONS).symbols);
  } catch (cause) {
    throw new Error(`cannot notify the service manager: cannot open ${NAME}: ${String(cause)}`, { cause });
  }
}

function withErrno(symbols: Symbols): Libc {
  return {
    ...symbols,
    errno() {
      const location = symbols['__errno_location']();
      return location === null ? 0 : read.i32(location, 0);
    },
  };
}
