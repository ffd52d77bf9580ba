/** A request on its way to an engine. The body goes out as it is. */
export interface EngineRequest {
  /** With the leading slash: `/v1/chat/completions`. */
  readonly path: string;
  readonly body: Uint8Array | string;
  readonly headers: Readonly<Record<string, string>>;
  /** Aborting closes the connection, which is how vLLM learns to stop (vllm-project/vllm, `with_cancellation`). */
  readonly signal: AbortSignal;
}

/** Why an engine gave no answer. */
export type EngineFailure =
  | 'refused' // nobody listens
  | 'reset' // the connection broke before the status line
  | 'exhausted' // nothing was asked: our own file descriptors, ports or memory ran out; says nothing of the engine
  | 'unwritable' // nothing was asked: its path or a header cannot be written; a fault of whoever asks
  | 'aborted'; // our own signal

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
  /** Nothing is told from now on; what comes is kept up to a limit, and then the engine's socket is stopped. */
  pause(): void;
  /** Nothing more is wanted: breaks the connection, unless all of the body is here. */
  leave(): void;
}

/** Bytes as they come. One reader, who either iterates or takes the flow where there is one. */
export interface EngineBody extends AsyncIterable<Uint8Array> {
  readonly flow?: BodyFlow;
}

/** An engine's answer, or that there is none. `ok` says that a status line came, whatever it says. */
export type EngineReply =
  | {
      readonly ok: true;
      readonly status: number;
      /** Lower-case names. */
      readonly headers: Readonly<Record<string, string>>;
      /** An unread body stops the engine's socket. Iterating throws when the connection breaks. */
      readonly body: EngineBody;
    }
  | { readonly ok: false; readonly failure: EngineFailure; readonly cause: unknown };

/** A small document of an engine's, or why there is none. */
export type EngineDocument =
  | { readonly ok: true; readonly status: number; readonly text: string }
  | {
      readonly ok: false;
      readonly failure: Exclude<EngineFailure, 'aborted' | 'unwritable'> | 'timed_out';
      readonly cause: unknown;
    };

/** Speaks HTTP/1.1 to one engine. Connections are pooled per engine and die with it. */
export interface EngineClient {
  /** POSTs a request; answers when the status line is there. Never throws. */
  send(request: EngineRequest): Promise<EngineReply>;
  /** GETs a small document, whole, within `timeoutMs`. Never throws. */
  get(path: string, timeoutMs: number): Promise<EngineDocument>;
  /** Closes every connection; running requests end as `reset`. */
  close(): void;
}
