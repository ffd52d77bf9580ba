/** Whose CPU time and memory a figure counts. */
export type Role = 'gateway' | 'redis';

/** Something that load is put on. All targets listen on a loopback port and have the same upstream behind them. */
export interface Target {
  readonly name: string;
  readonly port: number;
  /** The model name that leads to the upstream. */
  readonly model: string;
  /** What it has before `/v1`; nothing unless told. */
  readonly path?: string;
  /** What it wants in every request. */
  readonly headers?: Readonly<Record<string, string>>;
  /** Length of its whole answer where it writes the upstream's anew. */
  readonly documentBytes?: number;
  /** None for the upstream itself: it is what the others are compared with. */
  readonly processes: readonly { readonly role: Role; readonly pid: number }[];
}

/** Where targets are started, and what ends them. */
export interface Site {
  /** For their files; empty at first. */
  readonly directory: string;
  /** Pace of the upstream's streams. */
  readonly tokensPerSecond: number;
  /** Ends everything that was started, in the reverse order. */
  readonly stack: AsyncDisposableStack;
  /** Aborts the waiting for a start. */
  readonly signal: AbortSignal;
}

/** A port that nobody listens on at this moment. */
export function freePort(): number {
  const listener = Bun.listen({ hostname: '127.0.0.1', port: 0, socket: { data: () => undefined } });
  const { port } = listener;
  listener.stop(true);
  return port;
}
