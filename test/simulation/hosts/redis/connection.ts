import type { Store, StoreLink } from '../../../../src/queue/store.ts';
import type { Clock } from '../../../../src/telemetry/index.ts';
import type { Gate } from '../gate.ts';

/** As `redis-connection.ts` has them. */
const COMMAND_TIMEOUT_MS = 2_000;
const RECONNECT_FIRST_MS = 20;
const RECONNECT_MAX_MS = 500;

/** The server's end. */
export interface Server {
  /** Whether a connection can be made now. */
  accepts(node: string): boolean;
  /** Of a new connection's packets. */
  wayMs(): number;
  /** Carries a packet there or back, in order. */
  carry(route: Route, arrive: () => void): void;
  readonly store: Store;
}

/** The way of a connection's packets. */
export interface Route {
  readonly node: string;
  readonly wayMs: number;
  readonly isOpen: () => boolean;
}

/** One process's connection to the simulated Redis, with the manners of ioredis as `redis-link.ts` uses it. */
export interface Connection {
  readonly store: Store;
  /** The server has closed it. */
  drop(cause: string): void;
}

/** An open connection; another one after each loss. */
interface Line {
  isOpen: boolean;
  readonly route: Route;
  readonly pending: Set<(cause: Error) => void>;
}

/** `clock` is the process's. */
export function openConnection(server: Server, node: string, clock: Clock, gate: Gate): Connection {
  let line: Line | undefined;
  let listener: (link: StoreLink) => void = () => {};
  let attempts = 0;
  let isClosed = false;

  function connect(): void {
    if (isClosed) return;
    if (!server.accepts(node)) return retry();
    attempts = 0;
    const opened: Line = {
      isOpen: true,
      route: { node, wayMs: server.wayMs(), isOpen: () => opened.isOpen },
      pending: new Set(),
    };
    line = opened;
    listener({ is: 'connected' });
  }
  function retry(): void {
    attempts += 1;
    clock.after(Math.min(RECONNECT_FIRST_MS * attempts, RECONNECT_MAX_MS), connect);
  }
  function lose(lost: Line, cause: string): void {
    if (!lost.isOpen) return;
    lost.isOpen = false;
    line = undefined;
    const error = new Error(cause);
    for (const reject of lost.pending) reject(error);
    lost.pending.clear();
    listener({ is: 'lost', cause: error });
    if (!isClosed) retry();
  }
  function ask<Answer>(question: () => Promise<Answer>): Promise<Answer> {
    const asked = line;
    if (asked === undefined) return Promise.reject(new Error('ECONNREFUSED'));
    const { promise, resolve, reject } = Promise.withResolvers<Answer>();
    const cancel = clock.after(COMMAND_TIMEOUT_MS, () => lose(asked, 'Command timed out'));
    asked.pending.add(reject);
    server.carry(asked.route, () => {
      void question().then((answer) =>
        server.carry(asked.route, () =>
          gate.enter(() => {
            if (!asked.pending.delete(reject)) return;
            cancel();
            resolve(answer);
          }),
        ),
      );
    });
    void promise.catch(cancel);
    return promise;
  }

  const { store } = server;
  return {
    store: {
      commit: (pool, commit) => ask(() => store.commit(pool, commit)),
      condemn: (pool, list) => ask(() => store.condemn(pool, list)),
      pardon: (pool, fingerprint) => ask(() => store.pardon(pool, fingerprint)),
      quarantined: (pool) => ask(() => store.quarantined(pool)),
      inspect: (pool) => ask(() => store.inspect(pool)),
      originOf: (pool, id) => ask(() => store.originOf(pool, id)),
      watch(told) {
        listener = told;
        clock.after(1, connect);
      },
      close() {
        isClosed = true;
        listener = () => {};
        if (line) lose(line, 'closed');
        return Promise.resolve();
      },
    },
    drop: (cause) =>
      gate.enter(() => {
        if (line) lose(line, cause);
      }),
  };
}
