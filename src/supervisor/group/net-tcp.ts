/** A listening socket as `/proc/net/tcp` and `tcp6` tell it (proc_pid_net(5)). */
export interface Listener {
  readonly port: number;
  /** The socket's, as in `/proc/PID/fd`: `socket:[INODE]`. */
  readonly inode: string;
}

/** Fields of a line, between blanks. */
const LOCAL_ADDRESS = 1;
const STATE = 3;
const INODE = 9;

/** TCP_LISTEN. */
const LISTEN = '0A';

/**
 * Addresses are 32-bit words in hexadecimal in the host's byte order, which is little-endian wherever this runs: any
 * address, 127.0.0.0/8 and ::1, and the IPv4 ones as IPv6 writes them.
 */
const LOOPBACK_OR_ANY =
  /^(?:0{8}|[0-9A-F]{6}7F|0{32}|0{24}01000000|0{16}FFFF0000(?:0{8}|[0-9A-F]{6}7F)):([0-9A-F]{4})$/;

/** Sockets that listen on loopback or on all addresses. Lines that are none are passed over. */
export function parseListeners(text: string): readonly Listener[] {
  return text.split('\n').flatMap((line) => {
    const fields = line.trim().split(/\s+/);
    const port = LOOPBACK_OR_ANY.exec(fields[LOCAL_ADDRESS] ?? '')?.[1];
    const inode = fields[INODE];
    if (port === undefined || inode === undefined || fields[STATE] !== LISTEN) return [];
    return [{ port: Number.parseInt(port, 16), inode }];
  });
}
