import type { OperationResult, OutputLine, Progress, Transition } from '../supervisor/index.ts';
import type { ChangeHandler, DriftReport, LastReloadReport, RolloutReport, SwapReport } from './changes.ts';
import type { Evaluate } from './eval.ts';

/** Version of the paths below; another one means another shape. */
export const CONTROL_API = '/v1';

/** One pool in `status`. */
export interface PoolReport {
  readonly name: string;
  readonly model: string;
  readonly aliases: readonly string[];
  readonly replicas: number;
  readonly ready: number;
  /** Open replicas of other hosts that take this pool's requests too. */
  readonly remote_replicas: number;
  /** Of this node's own clients. */
  readonly waiting: number;
  readonly oldest_wait_ms: number;
  /** Since the node started, of requests that ended. */
  readonly totals: {
    readonly requests: number;
    readonly prompt_tokens: number;
    readonly completion_tokens: number;
  };
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
    /** The page of `docs/runbooks` that says more, for `ssw-infer runbook`. */
    readonly runbook: string | null;
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

/** What one tenant has in line at one priority. */
export interface LineReport {
  readonly tenant: string;
  readonly priority: string;
  readonly waiting: number;
  readonly oldest_wait_ms: number;
  /** Expected KV tokens of all that waits. */
  readonly cost_tokens: number;
  /** What fairness has counted: of those of one priority the line with fewest is next. */
  readonly virtual_tokens: number;
}

/** One waiting request. */
export interface TicketReport {
  readonly id: string;
  readonly tenant: string;
  readonly priority: string;
  /** In its own line, from 1; 0 for one that waits to run alone. */
  readonly position: number;
  readonly wait_ms: number;
  readonly cost_tokens: number;
  /** The node that holds its client. */
  readonly origin: string;
}

/** One request that runs. */
export interface ClaimReport {
  readonly claim: string;
  readonly id: string;
  readonly tenant: string;
  readonly priority: string;
  readonly replica: string;
  readonly node: string;
  readonly kind: string;
  readonly cost_tokens: number;
  readonly origin: string;
}

/** One pool's queue, of all nodes, in `ssw-infer queue`. */
export interface QueueReport {
  readonly pool: string;
  readonly waiting: number;
  /** Waiting to run alone. */
  readonly suspects: number;
  readonly running: number;
  /** Tenants in the order of what they have in line, most first. */
  readonly lines: readonly LineReport[];
  /** The first of each line, in order of arrival; not more than were asked for. */
  readonly tickets: readonly TicketReport[];
  readonly claims: readonly ClaimReport[];
  readonly nodes: readonly { readonly node: string; readonly lease_ms: number }[];
}

/** Something wrong in a pool's keys. */
export interface FindingReport {
  readonly pool: string;
  readonly rule: string;
  readonly what: string;
}

/** What `ssw-infer status --json` prints: a stable contract, documented in `docs/cli-json.md`. */
export interface NodeReport {
  readonly version: string;
  readonly pid: number;
  readonly started_at: string;
  readonly config: string;
  readonly url: string;
  readonly engine: string;
  /** While `up` is false requests wait in memory for this host's replicas, or are refused: as `on_down` says. */
  readonly redis: { readonly kind: string; readonly up: boolean; readonly on_down: 'degraded' | 'refuse' };
  /** The last reload that was refused or failed, until one succeeds. */
  readonly reload_error: string | null;
  readonly last_reload: LastReloadReport | null;
  /** Null where a reload would change nothing. */
  readonly drift: DriftReport | null;
  readonly swaps: readonly SwapReport[];
  /** The rollout of now, or the last one that ended. */
  readonly rollout: RolloutReport | null;
  /** What an operator should know of who is let in; empty where all is as it should be. */
  readonly warnings: readonly string[];
  readonly ready: boolean;
  readonly pools: readonly PoolReport[];
  readonly replicas: readonly ReplicaReport[];
  readonly cards: readonly CardReport[];
}

/** An operation on one replica. */
export const REPLICA_OPERATIONS = ['restart', 'drain', 'resume'] as const;
export type ReplicaOperation = (typeof REPLICA_OPERATIONS)[number];

/** What a node answers on its control socket; `node/` implements it, the server only carries it. */
export interface ControlHandler extends ChangeHandler {
  status(): Promise<NodeReport>;
  operate(operation: ReplicaOperation, replica: string, progress: Progress): Promise<OperationResult>;
  /** The last transitions of a replica, oldest first; empty for an unknown one. */
  history(replica: string): readonly Transition[];
  quarantined(): Promise<readonly QuarantineReport[]>;
  /** Lets requests of this fingerprint, or all, run again; answers how many there were. */
  release(fingerprint: string): Promise<number>;
  /** The queue of one pool, or of all; `undefined` for an unknown pool. Rejects while there is no store. */
  queue(pool: string | undefined, ticketsMax: number): Promise<readonly QueueReport[] | undefined>;
  /** What is wrong in the queue's keys. Rejects while there is no store. */
  auditQueue(): Promise<readonly FindingReport[]>;
  /** Takes a request out of the line, or ends it where it runs; says whether there was one. */
  cancelRequest(id: string): Promise<boolean>;
  readonly evaluate: Evaluate;
  /** Kept output, oldest first. */
  output(replica: string | undefined): readonly OutputLine[];
  onOutput(listener: (line: OutputLine) => void): () => void;
}

/** One line of a streamed operation: news, then exactly one result. */
export type OperationEvent<T = OperationResult> = { readonly progress: string } | { readonly result: T };
