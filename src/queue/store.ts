import type { Inspection, PoolState } from './pool-state.ts';
import type { Priority } from './ticket.ts';

/** What the line keeps of a ticket. Whole numbers. */
export interface Entry {
  readonly id: string;
  readonly tenant: string;
  readonly priority: Priority;
  /** Expected KV tokens, at least 1. */
  readonly costTokens: number;
  /** What fairness counts it as: expected tokens of service over its tenant's weight, at least 1. */
  readonly charge: number;
  /** Address of the replica that served its session or prefix last; empty where none did. */
  readonly prefer: string;
  /** Only a replica of this variant may take it, and it stands in a line of its own; absent: any replica may. */
  readonly variant?: string | undefined;
}

/** An entry with its place. Given by the store at admission, kept for ever. */
export interface PlacedEntry extends Entry {
  /** Lower runs first within its tenant and priority: µs of the store's clock, made unique. */
  readonly order: number;
  /** The life of the node that holds its client. */
  readonly origin: string;
}

/** What bounds an admission. 0 stands for no limit. */
export interface AdmissionLimits {
  /** Most tickets of its tenant in line; as many more in that of a variant. */
  readonly tenantDepthMax: number;
  readonly requestsPerMinute: number;
  readonly tokensPerMinute: number;
  /** Whether to say how many are ahead of it. */
  readonly look: boolean;
}

/** Tokens to put back into a tenant's allowance, or with a number below zero to take out. */
export interface RateCorrection {
  readonly tenant: string;
  readonly tokens: number;
  readonly tokensPerMinute: number;
}

/** What a claim turned out to have used beyond its charge, or below it. */
export interface ChargeCorrection {
  readonly tenant: string;
  readonly priority: Priority;
  /** Of the line that it was charged in. */
  readonly variant?: string | undefined;
  readonly charge: number;
}

/** How a claim came to be; what it was charged depends on it. */
export type ClaimKind =
  | 'line' // its turn came: charged to its tenant
  | 'direct' // nobody waited: not charged, for it took nothing from anybody
  | 'alone'; // a suspect, on a replica that runs nothing else: not charged

/** One step of a pool's machine. Applied in the order given, all of a commit or none. */
export type Transition =
  | Registration // first of its life; nothing else makes a life current
  | { readonly type: 'beat'; readonly leaseMs: number; readonly rooms: string } // the lease of this life, renewed
  | { readonly type: 'admit'; readonly entry: Entry; readonly limits: AdmissionLimits } // into the line, if it may
  | { readonly type: 'cancel'; readonly id: string; readonly refund: RateCorrection | undefined } // out of the line
  | { readonly type: 'look'; readonly id: string } // how many are ahead of it
  | {
      readonly type: 'finish'; // the claim is gone
      readonly claim: string;
      readonly charge: ChargeCorrection | undefined;
      readonly rate: RateCorrection | undefined;
    }
  | { readonly type: 'give_back'; readonly claim: string; readonly alone: boolean } // its ticket at its old place, or apart
  | { readonly type: 'restore_ticket'; readonly entry: PlacedEntry; readonly alone: boolean } // likewise, from memory
  | {
      readonly type: 'restore_claim';
      readonly claim: string;
      readonly replica: string;
      readonly kind: ClaimKind;
      readonly entry: PlacedEntry;
    };

/**
 * A node's life begins: a connection of its own to the store, after which nothing of an earlier one counts. Lives of one
 * process are numbered, `NODE:process.number`: none begins after a later one, however late its commit comes.
 */
interface Registration {
  readonly type: 'register';
  /** The node's name; other lives of the same name are over. */
  readonly node: string;
  readonly leaseMs: number;
  /** What its replicas can take, for the others to read; the store does not. */
  readonly rooms: string;
}

/** What came of one transition, in the same place of the list. */
export type Result =
  | Admitted
  | { readonly type: 'refused'; readonly why: 'pool_full' | 'tenant_full'; readonly depth: number }
  | { readonly type: 'limited'; readonly by: 'requests' | 'tokens'; readonly retryAfterMs: number; readonly rate: Rate }
  | { readonly type: 'ahead'; readonly tickets: number }
  | { readonly type: 'alive'; readonly nowUs: number; readonly lives: readonly Life[] } // of `register` and `beat`
  | { readonly type: 'done' }
  | { readonly type: 'stale' }; // nothing there to cancel, look at, finish or give back

interface Admitted {
  readonly type: 'admitted';
  readonly order: number;
  /** Tickets ahead of it, where that was asked and it waits. */
  readonly ahead: number | undefined;
  /** Where its tenant is limited. */
  readonly rate: Rate | undefined;
}

/** What is left of a tenant's allowances after this request; `undefined` for one that has none. */
export interface Rate {
  readonly requests: Allowance | undefined;
  readonly tokens: Allowance | undefined;
}

export interface Allowance {
  readonly remaining: number;
  /** Until it is whole again. */
  readonly resetMs: number;
}

/** A node as the others see it. */
export interface Life {
  readonly life: string;
  readonly rooms: string;
}

/** Room of one replica, for late binding. */
export interface Offer {
  /** Its address: `NODE/REPLICA`. */
  readonly replica: string;
  /** KV tokens free. Below zero while one ticket larger than the whole budget runs. */
  readonly roomTokens: number;
  /** Part of that which only tenants take who are not ahead of their tier's clock. Whole, at least 0. */
  readonly reserveTokens: number;
  /** Requests it may take on top; at least 1. */
  readonly roomSequences: number;
  /** Nothing runs on it: it takes a ticket of any size. */
  readonly idle: boolean;
  /** It is kept free for one suspect, and takes nothing else. Only with `idle`. */
  readonly alone: boolean;
  /** Tickets it may not take: another replica must. */
  readonly exceptIds: readonly string[];
  /** It may also take tickets of this variant. Absent while all replicas are of one. Suspects run on any. */
  readonly variant?: string | undefined;
  /** It takes what fits before all others. */
  readonly first?: boolean | undefined;
}

/** A ticket taken for a replica. */
export interface Claimed {
  readonly claim: string;
  readonly replica: string;
  readonly kind: ClaimKind;
  readonly entry: PlacedEntry;
}

/** Everything one pool of a node does in one turn of the event loop. Ends with a claim against `offers`. */
export interface Commit {
  /** Whose view this is: `NODE:process.number`. A commit of a life that is not current changes nothing. */
  readonly life: string;
  /** Claims made are called `<claimBase>:1`, `<claimBase>:2`, … Unique for ever. */
  readonly claimBase: string;
  readonly policy: LinePolicy;
  readonly offers: readonly Offer[];
  readonly transitions: readonly Transition[];
}

/** How a pool's line is served. */
export interface LinePolicy {
  /** Most tickets in line. */
  readonly depthMax: number;
  /** Weight of each tier while several have something in line. Whole, at least 1. */
  readonly shares: Readonly<Record<Priority, number>>;
  /** A tier's share grows by its own size for each such time that its next ticket has waited. */
  readonly ageingMs: number;
  /** A tenant whose turn it is stays in turn until it is so far ahead of the next one. */
  readonly quantum: number;
}

/** A commit's answer. `superseded`: its life is over, or the store lost its memory; nothing was changed. */
export type CommitReply = Committed | { readonly type: 'superseded' };

interface Committed {
  readonly type: 'committed';
  readonly results: readonly Result[];
  readonly claims: readonly Claimed[];
  /** Of the whole pool, after this commit: tickets in line. */
  readonly depth: number;
  /** Suspects that wait to run alone. */
  readonly apart: number;
  /** Tickets claimed out of the line since the pool began, by all nodes. */
  readonly served: number;
  /** It stopped at a bound: another commit, at once, may claim what this one did not come to. */
  readonly more: boolean;
}

/** A request that is refused on sight, for as long as it says. */
export interface Quarantined {
  readonly fingerprint: string;
  readonly untilUnixMs: number;
}

/** The connection to the store, as it changes. */
export type StoreLink = { readonly is: 'connected' } | { readonly is: 'lost'; readonly cause: unknown };

/** Where tickets are kept, for all nodes that share it. */
export interface Store {
  /** Applies a commit. Rejects when no answer came: then its fate is unknown, and only a `register` settles it. */
  commit(pool: string, commit: Commit): Promise<CommitReply>;
  /** Adds a pool's quarantined requests. The list outlives this node's life, each of its entries only its time. */
  condemn(pool: string, list: readonly Quarantined[]): Promise<void>;
  /** Takes one out, or with `all` everyone. */
  pardon(pool: string, fingerprint: string): Promise<void>;
  /** Those quarantined by any node, earliest end first. */
  quarantined(pool: string): Promise<readonly Quarantined[]>;
  /** All that a pool holds, for people; for `audit` with its strays, for which every key of the server is looked at. */
  inspect(pool: string, what?: Inspection): Promise<PoolState>;
  /** The life that holds the client of a ticket that waits or runs; without a walk through the line. */
  originOf(pool: string, id: string): Promise<string | undefined>;
  /** Tells of each connection and each loss from now on. One listener. */
  watch(listener: (link: StoreLink) => void): void;
  /** Closes the connection; what is under way rejects. */
  close(): Promise<void>;
}
