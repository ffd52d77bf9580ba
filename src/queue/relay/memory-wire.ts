import type { Clock } from '../../telemetry/index.ts';
import type { Wire } from './wire.ts';

/** The wires of several nodes in one process. */
export interface MemoryWires {
  /** A node's wire; one that is open under this name already hears no more. */
  open(node: string): Wire;
  /** Rings the bell of a pool at every node. */
  ring(pool: string): void;
}

/** What becomes of a message, the bell included: so many ms late, or lost. Order stays between any two nodes. */
export type Fate = (from: string, to: string, message: Uint8Array) => number | 'lost';

/** Where nodes of one process hear each other. Nothing is delivered in the turn in which it was sent. */
export function createMemoryWires(clock: Clock, fate: Fate = () => 0): MemoryWires {
  const inboxes = new Map<string, Inbox>();
  const dueMs = new Map<string, number>();

  function carry(from: string, to: string, message: Uint8Array, arrive: (inbox: Inbox) => void): void {
    const lateMs = fate(from, to, message);
    if (lateMs === 'lost') return;
    const way = `${from} ${to}`;
    const atMs = Math.max(dueMs.get(way) ?? 0, clock.nowMs() + lateMs);
    dueMs.set(way, atMs);
    clock.after(atMs - clock.nowMs(), () => {
      const inbox = inboxes.get(to);
      if (inbox) arrive(inbox);
    });
  }

  return {
    open(node) {
      const inbox: Inbox = { hear: () => undefined, bell: () => undefined };
      inboxes.set(node, inbox);
      return {
        send: (to, message) => carry(node, to, message, ({ hear }) => hear(message)),
        listen: (listener) => void (inbox.hear = listener),
        onBell: (listener) => void (inbox.bell = listener),
        peers: () => undefined,
        rebuild: () => undefined,
        close() {
          if (inboxes.get(node) === inbox) inboxes.delete(node);
          return Promise.resolve();
        },
      };
    },
    ring(pool) {
      const message = new TextEncoder().encode(pool);
      for (const node of inboxes.keys()) carry('', node, message, ({ bell }) => bell(pool));
    },
  };
}

interface Inbox {
  hear: (message: Uint8Array) => void;
  bell: (pool: string) => void;
}

/** The wire of a node that has no others. */
export function createMemoryWire(): Wire {
  return {
    send: () => undefined,
    listen: () => undefined,
    onBell: () => undefined,
    peers: () => undefined,
    rebuild: () => undefined,
    close: () => Promise.resolve(),
  };
}
