import { PREFIX } from '../schema.ts';

/**
 * Messages between the nodes that share a store: at most once, in order from one sender as far as they arrive at all,
 * each up to `MESSAGE_BYTES_MAX`. Nothing is kept for a node that does not listen.
 */
export interface Wire {
  /** Never throws: a message that cannot be sent is lost like one on its way. */
  send(node: string, message: Uint8Array): void;
  /** Hears what is sent to this node from now on. The bytes may be kept. One listener. */
  listen(listener: (message: Uint8Array) => void): void;
  /** Hears from now on which pools have got work or room, of any node. A hint: some are missed. One listener. */
  onBell(listener: (pool: string) => void): void;
  /** How many other nodes there are. While there are none nobody writes, and the wire does not test itself. */
  peers(count: number): void;
  /** Rebuilds the connection it listens on: it was deaf. */
  rebuild(): void;
  close(): Promise<void>;
}

export const MESSAGE_BYTES_MAX = 65_536;

/** Where the store says that something came into a pool's line, or apart, and was not claimed at once; the payload is the pool's name. */
export const BELL_CHANNEL = `${PREFIX}bell`;
