/** Where keyed answers are kept, for all nodes that share it. Every call rejects when no answer came. */
export interface KeyedStore {
  /** Claims a key for a run, unless another has it. Asked again for the same run it says so again. */
  claim(place: Place, claim: Claim): Promise<Claimed>;
  /** Adds to a run's answer. */
  write(place: Place, piece: Piece): Promise<Written>;
  /** What a run has answered, from a byte on. */
  read(place: Place, span: Span): Promise<Seen>;
  close(): void;
}

/** A tenant's key. */
export interface Place {
  readonly tenant: string;
  /** Hash of tenant and key. */
  readonly hash: string;
}

/** One execution that is recorded; unique for ever. */
export type Run = string;

/**
 * `running`; `answered` and kept; `failed`: its key is free; `unkept`: larger than is kept, running or over. One of them
 * follows `running` and stays.
 */
export type RunState = 'running' | 'answered' | 'failed' | 'unkept';

export interface Claim {
  readonly run: Run;
  readonly fingerprint: string;
  /** Until its first write. */
  readonly ttlMs: number;
  /** A run that has written nothing for longer is dead. */
  readonly deadAfterMs: number;
}

export type Claimed =
  | { readonly is: 'ours' }
  | { readonly is: 'taken'; readonly run: Run; readonly state: Exclude<RunState, 'failed'> }
  | { readonly is: 'mismatch' };

export interface Head {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
}

/** What a write says. It repeats all that the store may have lost, so that a run survives its restart. */
export interface Piece {
  readonly run: Run;
  readonly fingerprint: string;
  readonly state: RunState;
  readonly head: Head | undefined;
  /** Where `bytes` begin in the body. What stands there already is the same. */
  readonly offset: number;
  readonly bytes: Uint8Array;
  /** Of all that is kept of the run, from now. */
  readonly ttlMs: number;
  /** What its tenant's answers may take together. Beyond it those that end first are forgotten, and their keys free. */
  readonly tenantBytesMax: number;
}

/**
 * `at`: so many bytes of the body are there. Less than the end of the piece where bytes before it are missing: nothing
 * was changed but the life of the run. `superseded`: the key belongs to another run; nothing was changed.
 */
export type Written = { readonly is: 'at'; readonly bytes: number } | { readonly is: 'superseded' };

export interface Span {
  readonly run: Run;
  readonly offset: number;
  readonly bytesMax: number;
}

export type Seen =
  | {
      readonly is: 'there';
      readonly state: RunState;
      readonly head: Head | undefined;
      readonly bytes: Uint8Array;
      /** Of the whole body so far. */
      readonly bodyBytes: number;
      /** Since its last write. */
      readonly silentMs: number;
    }
  /** Expired, or lost by the store: then its run, if it lives, says it again. */
  | { readonly is: 'missing' }
  /** The key has another run. */
  | { readonly is: 'replaced' };
