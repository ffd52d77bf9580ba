/**
 * Who may ask for what. `anyone` who can open the read-only socket sees how the node is; `operators` also see what people
 * sent and who they are, and change things.
 */
export type Access = 'anyone' | 'operators';

/** A process on the other end of a unix socket, as the kernel tells (unix(7), SO_PEERCRED). */
export interface Peer {
  readonly pid: number;
  readonly uid: number;
  readonly gid: number;
}

/** Who asks. */
export interface Caller {
  readonly access: Access;
  readonly via: 'socket' | 'read_socket' | 'tcp';
  /** Undefined on TCP, and where the kernel could not be asked. */
  readonly peer: Peer | undefined;
  /** Of a caller on TCP. */
  readonly address: string | undefined;
}
