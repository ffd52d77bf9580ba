/** One request on its way to the replica that a grant names; the body goes out as it is. */
export interface Outgoing {
  /** With the leading slash: `/v1/chat/completions`. */
  readonly path: string;
  readonly body: Uint8Array | string;
  readonly headers: Readonly<Record<string, string>>;
  /** Aborting stops the execution. */
  readonly signal: AbortSignal;
}

/** Is told of a body. Nothing follows `end` or `broke`. Must not throw. */
export interface BodyListener {
  data(bytes: Uint8Array): void;
  /** It is whole. */
  end(): void;
  /** Its connection broke. */
  broke(cause: unknown): void;
}

/** A body that tells of itself, without a promise for each piece. Paused at first. */
export interface BodyFlow {
  /** Tells `listener`, instead of the one before, of what is here and what comes; of what is here before it returns. */
  resume(listener: BodyListener): void;
  /** Nothing is told from now on; what comes is kept up to a limit, and then the replica is slowed. */
  pause(): void;
  /** Nothing more is wanted: stops the execution, unless all of the body is here. */
  leave(): void;
}

/** Bytes as they come. One reader, who either iterates or takes the flow where there is one. */
export interface ReplyBody extends AsyncIterable<Uint8Array> {
  readonly flow?: BodyFlow;
}

/** A replica's answer, or that none came. `ok` says that a status line came, whatever it says. */
export type Reply =
  | {
      readonly ok: true;
      readonly status: number;
      /** Lower-case names. */
      readonly headers: Readonly<Record<string, string>>;
      /** A slow reader slows the replica. Iterating throws when the connection breaks. */
      readonly body: ReplyBody;
    }
  | {
      readonly ok: false;
      /**
       * `exhausted`: nothing was sent, for want of file descriptors, ports or memory of our own. `unwritable`: nor can it
       * be, anywhere, because of its path or a header.
       */
      readonly failure: 'refused' | 'reset' | 'exhausted' | 'unwritable' | 'aborted' | 'timed_out';
      readonly cause: unknown;
    };

/** How a granted request reaches its replica: over a local connection today, through another host's frames later. */
export type Send = (replica: string, request: Outgoing) => Promise<Reply>;
