import type { OperationResult, OutputLine, Progress, Transition } from '../supervisor/index.ts';

/** Version of the paths below; another one means another shape. */
export const CONTROL_API = '/v1';

/** One pool in `status`. */
export interface PoolReport {
  readonly name: string;
  readonly model: string;
  readonly aliases: readonly string[];
  readonly replicas: number;
  readonly ready: number;
  readonly waiting: number;
  readonly oldest_wait_ms: number;
}

/** One replica in `status`. Times are RFC 3339. */
export interface ReplicaReport {
  readonly name: string;
  readonly pool: string;
  readonly model: string;
  readonly gpu: number | null;
  readonly state: string;
  /** While it waits for its card: `turn`, or with the card its own `memory`. */
  readonly waiting_for: string | null;
  readonly phase: string | null;
  /** Of the phase: shards loaded, graphs captured, percent downloaded. */
  readonly progress: { readonly done: number; readonly total: number } | null;
  /** While it is not ready yet: what health met last instead of an answer or a token, in one line. */
  readonly not_ready_because: string | null;
  readonly pid: number | null;
  readonly since: string;
  readonly restarts: number;
  /** Endings not asked for that it may still have before it is `failed`; null: no number of them fails it. */
  readonly restarts_left: number | null;
  readonly in_flight: number;
  readonly kv_capacity_tokens: number | null;
  readonly last_exit: {
    readonly cause: string;
    readonly code: number | null;
    readonly signal: string | null;
    readonly advice: string;
    readonly at: string;
  } | null;
}

/** Who starts or stops on one card, and who waits for that, in order. */
export interface CardReport {
  /** `gpu:0`; `cpu` for replicas without a card, whose starts go one after another too. */
  readonly card: string;
  readonly held_by: readonly { readonly replica: string; readonly use: 'start' | 'stop' }[];
  readonly waiting: readonly string[];
}

/** A request that is refused because it killed three engines. */
export interface QuarantineReport {
  readonly fingerprint: string;
  readonly pool: string;
  readonly until: string;
}

/** What `ssw-infer status --json` prints: a stable contract, documented in `docs/cli-json.md`. */
export interface NodeReport {
  readonly version: string;
  readonly pid: number;
  readonly started_at: string;
  readonly config: string;
  readonly url: string;
  readonly engine: string;
  /** While `up` is false new requests are refused. */
  readonly redis: { readonly kind: string; readonly up: boolean };
  /** The last reload that was refused or failed, until one succeeds. */
  readonly reload_error: string | null;
  readonly ready: boolean;
  readonly pools: readonly PoolReport[];
  readonly replicas: readonly ReplicaReport[];
  readonly cards: readonly CardReport[];
}

/** What a reload would do, in words and in order; or why it would be refused. */
export type ReloadPreview =
  { readonly ok: true; readonly steps: readonly string[] } | { readonly ok: false; readonly message: string };

/** An operation on one replica. */
export const REPLICA_OPERATIONS = ['restart', 'drain', 'resume'] as const;
export type ReplicaOperation = (typeof REPLICA_OPERATIONS)[number];

/** What a node answers on its control socket; `node/` implements it, the server only carries it. */
export interface ControlHandler {
  status(): Promise<NodeReport>;
  previewReload(): Promise<ReloadPreview>;
  /** Same path as SIGHUP. A reload that runs already is waited for first. */
  reload(progress: Progress): Promise<OperationResult>;
  operate(operation: ReplicaOperation, replica: string, progress: Progress): Promise<OperationResult>;
  /** The last transitions of a replica, oldest first; empty for an unknown one. */
  history(replica: string): readonly Transition[];
  quarantined(): Promise<readonly QuarantineReport[]>;
  /** Lets requests of this fingerprint, or all, run again; answers how many there were. */
  release(fingerprint: string): Promise<number>;
  /** Kept output, oldest first. */
  output(replica: string | undefined): readonly OutputLine[];
  onOutput(listener: (line: OutputLine) => void): () => void;
}

/** One line of a streamed operation: news, then exactly one result. */
export type OperationEvent = { readonly progress: string } | { readonly result: OperationResult };
