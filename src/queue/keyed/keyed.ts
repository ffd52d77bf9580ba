/**
 * `Idempotency-Key`: one execution per tenant and key, one answer, byte for byte, for everybody who asks with it
 * (draft-ietf-httpapi-idempotency-key-header-07). Answers are kept in Redis for a time; while one comes, those who ask
 * again attach to it.
 */
export interface Keyed {
  /**
   * Claims a key, or finds who has it. Never rejects. `signal` is the asking client's: aborting it ends what this call
   * gave to read, and nothing else. An execution that was begun goes on until its recorder is told its end.
   */
  begin(request: KeyedRequest, signal: AbortSignal): Promise<Begun>;
  /** What is recorded here ends as `failed`; waits a little until the store knows, and closes it. */
  close(): Promise<void>;
}

export interface KeyedRequest {
  readonly tenant: string;
  /** As the client sent it. Only its hash is kept. */
  readonly key: string;
  /** What the key stands for: `requestFingerprint` of path and body. */
  readonly fingerprint: string;
}

export type Begun =
  /** Ours alone. Run it; the recorder must hear its end. */
  | { readonly is: 'fresh'; readonly recorder: Recorder }
  /** It has been answered. */
  | { readonly is: 'replay'; readonly answer: KeptAnswer }
  /** It runs, here or on another node. `attach` waits for its head; who wants the draft's 409 does not call it. */
  | { readonly is: 'running'; attach(): Promise<Attached> }
  /** The key stands for another request: 422. */
  | { readonly is: 'mismatch' }
  /** It was executed, and its answer is larger than is kept. The key promised one execution: 409, not to be retried. */
  | { readonly is: 'unkept' }
  /** The store does not answer, so nobody can promise a single execution: 503 `queue_unavailable`. Nothing was begun. */
  | { readonly is: 'unavailable'; readonly cause: unknown };

export type Attached =
  | { readonly is: 'answer'; readonly answer: KeptAnswer }
  /** It ended without a head, or its node died, or `signal` aborted: begin again. */
  | { readonly is: 'gone' };

/** An answer from its first byte. One that still comes is live: its body goes on as bytes arrive. */
export interface KeptAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  /**
   * Pull-driven, once. Throws `AnswerLostError` where the rest cannot be had: break off as for an engine that died.
   * Ends early without a throw when `signal` aborts.
   */
  readonly body: AsyncIterable<Uint8Array>;
}

/** The rest of an answer cannot be had. The key is free again, or will be: a retry runs afresh or attaches anew. */
export class AnswerLostError extends Error {
  override readonly name = 'AnswerLostError';
}

/** Takes down an answer on its way to the client. No call waits, throws, or slows the stream. */
export interface Recorder {
  /** Once, before the first byte. Headers of the answer only: none of the connection or of this one request. */
  head(status: number, headers: Readonly<Record<string, string>>): void;
  /** Bytes as the client gets them. They are copied. */
  write(bytes: Uint8Array): void;
  /**
   * Exactly one call counts, the first. `answered`: kept for replay; also for the engine's considered no (4xx).
   * `failed`: those attached get what there is, then the key is free. Also without a head: nobody gets anything.
   */
  end(outcome: 'answered' | 'failed'): void;
}
