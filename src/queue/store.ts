import type { Priority } from './ticket.ts';

/** What the line keeps of a ticket. Whole tokens, at least 1. */
export interface Entry {
  readonly id: string;
  readonly tenant: string;
  readonly priority: Priority;
  readonly costTokens: number;
}

/** An entry with its place: lower runs first within its priority. Given by the store at admission, kept for ever. */
export interface PlacedEntry extends Entry {
  readonly order: number;
}

/** One step of a pool's machine. Applied in the order given, all of a commit or none. */
export type Transition =
  | { readonly type: 'admit'; readonly entry: Entry } // into the line, if it is not full
  | { readonly type: 'cancel'; readonly id: string } // out of the line
  | { readonly type: 'finish'; readonly claim: string } // the claim is gone
  | { readonly type: 'give_back'; readonly claim: string } // the claim is gone, its ticket in line at its old place
  | { readonly type: 'reset' } // this node's line and claims are empty, and this commit's life is the current one
  | { readonly type: 'restore_ticket'; readonly entry: PlacedEntry } // in line at its old place
  | { readonly type: 'restore_claim'; readonly claim: string; readonly replica: string; readonly entry: PlacedEntry };

/** What came of one transition, in the same place of the list. */
export type Result =
  | { readonly type: 'admitted'; readonly order: number }
  | { readonly type: 'refused'; readonly depth: number } // the line is full
  | { readonly type: 'done' }
  | { readonly type: 'stale' }; // nothing there to cancel, finish or give back

/** Room of one replica, for late binding. */
export interface Offer {
  readonly replica: string;
  /** KV tokens free. Below zero while one ticket larger than the whole budget runs. */
  readonly roomTokens: number;
  /** Requests it may take on top; at least 1. */
  readonly roomSequences: number;
  /** Nothing runs on it: it takes the head of the line however large that is. */
  readonly idle: boolean;
  /** Tickets it may not take. At the head of the line they wait for another replica, and all behind them. */
  readonly exceptIds: readonly string[];
}

/** A ticket taken out of the line for a replica. */
export interface Claimed {
  readonly claim: string;
  readonly id: string;
  readonly replica: string;
}

/** Everything one pool does in one turn of the event loop. Ends with a claim against `offers`. */
export interface Commit {
  /** Which connection's view this comes from; a commit of an earlier life changes nothing. */
  readonly life: string;
  /** Claims made are called `<claimBase>:1`, `<claimBase>:2`, … Unique for ever. */
  readonly claimBase: string;
  /** Most tickets in line. */
  readonly depthMax: number;
  readonly offers: readonly Offer[];
  readonly transitions: readonly Transition[];
}

/** A commit's answer. `superseded`: another life is current, or the store lost its memory; nothing was changed. */
export type CommitReply =
  | { readonly type: 'committed'; readonly results: readonly Result[]; readonly claims: readonly Claimed[] }
  | { readonly type: 'superseded' };

/** Most claims of one commit; a reply that long asks for another commit. Bounds the time of one script call. */
export const CLAIMS_PER_COMMIT_MAX = 100;
/** Most transitions of one commit; the rest goes with the next. */
export const TRANSITIONS_PER_COMMIT_MAX = 256;

/** A request that is refused on sight, for as long as it says. */
export interface Quarantined {
  readonly fingerprint: string;
  readonly untilUnixMs: number;
}

/** The connection to the store, as it changes. */
export type StoreLink = { readonly is: 'connected' } | { readonly is: 'lost'; readonly cause: unknown };

/** Where a node's tickets are kept. One writer: the node whose id the store was made with. */
export interface Store {
  /** Applies a commit. Rejects when no answer came: then its fate is unknown, and only a `reset` settles it. */
  commit(pool: string, commit: Commit): Promise<CommitReply>;
  /** Replaces a pool's quarantined requests. The list outlives this node's life, each of its entries only its time. */
  saveQuarantine(pool: string, list: readonly Quarantined[]): Promise<void>;
  /** What was saved last, earliest end first. */
  recallQuarantine(pool: string): Promise<readonly Quarantined[]>;
  /** Tells of each connection and each loss from now on. One listener. */
  watch(listener: (link: StoreLink) => void): void;
  /** Closes the connection; what is under way rejects. */
  close(): Promise<void>;
}
