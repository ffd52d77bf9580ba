/** One request on its way to the replica that a grant names; the body goes out as it is. */
export interface Outgoing {
  /** With the leading slash: `/v1/chat/completions`. */
  readonly path: string;
  readonly body: Uint8Array | string;
  readonly headers: Readonly<Record<string, string>>;
  /** Aborting stops the execution. */
  readonly signal: AbortSignal;
}

/** A replica's answer, or that none came. `ok` says that a status line came, whatever it says. */
export type Reply =
  | {
      readonly ok: true;
      readonly status: number;
      /** Lower-case names. */
      readonly headers: Readonly<Record<string, string>>;
      /** Bytes as they come. Pull-driven, so a slow reader slows the replica. Throws when the connection breaks. */
      readonly body: AsyncIterable<Uint8Array>;
    }
  | {
      readonly ok: false;
      /** `exhausted`: nothing was sent, for want of file descriptors, ports or memory of our own. */
      readonly failure: 'refused' | 'reset' | 'exhausted' | 'aborted' | 'timed_out';
      readonly cause: unknown;
    };

/** How a granted request reaches its replica: over a local connection today, through another host's frames later. */
export type Send = (replica: string, request: Outgoing) => Promise<Reply>;
