import type { Outgoing, Reply } from '../outgoing.ts';
import type { Ending } from '../queue.ts';
import type { ChargeCorrection, RateCorrection } from '../store.ts';
import type { Grant, Outcome, RequestSize, Usage } from '../ticket.ts';

/** A claim that a replica of this node made of another node's ticket. */
export interface Guest {
  readonly pool: string;
  readonly claim: string;
  /** The ticket's. */
  readonly id: string;
  /** The life of the node that holds its client. */
  readonly origin: string;
  /** `NODE/REPLICA`. */
  readonly replica: string;
  /** Nothing else runs there: it was claimed as a suspect. */
  readonly alone: boolean;
}

/** What a node answers to a claimer that asks for a ticket of its own, or asks again whether it is still wanted. */
export type Bidding =
  | 'run' // this claim, and no other, shall run it; the request follows
  | 'drop'; // not this claim: it is over

/** What a run came to, as its origin reckons: it knows what was expected, and its tenant's weight. */
export interface Account {
  /** What its tenant's turn cost beyond its charge, where it was charged. */
  readonly charge?: ChargeCorrection | undefined;
  /** What goes back into its tenant's allowance. */
  readonly rate?: RateCorrection | undefined;
  /** What it used, where its engine said so; and its size, which that is learnt for. */
  readonly used?: Usage | undefined;
  readonly size: Pick<RequestSize, 'promptTokens' | 'choices'>;
}

/** Leave to run another node's ticket on a replica of ours. Ends exactly once, by `finish` or `back`. */
export interface GuestGrant extends Pick<Grant, 'send' | 'received'> {
  /** What the request asks, as its origin says; told before `send`, for the memory of what was in an engine's death. */
  fingerprint(value: string): void;
  /** KV tokens that it will take, as its origin knows by now. */
  resize(tokens: number): void;
  /** By its origin's word, or after none of it came. `account`: where the origin has judged a run. */
  finish(outcome: Outcome, account?: Account): void;
  /** Its origin says nothing: the ticket is offered again, and its origin says then whether it is wanted. */
  back(): void;
}

/** What the relay asks the queue, and tells it. */
export interface RelayListener {
  /** Another node claimed a ticket of ours, or asks whether its claim still stands. Asked again it is answered alike. */
  asked(guest: Guest): Bidding;
  /** The engine of another node's replica ended. */
  ended(replica: string, ending: Ending): void;
  /** The quarantine of a pool has changed on another node. */
  quarantineChanged(pool: string): void;
  /** An operator wants a ticket of ours gone. */
  cancel(id: string): void;
}

/** How requests are run on other hosts' replicas, and theirs on ours. */
export interface Relay {
  /**
   * Serves another node's ticket with a grant of ours: asks its origin for the request, sends it, and passes the answer
   * on as fast as the origin takes it. Ends the grant as the origin says; where that is lost, by `back`.
   */
  host(guest: Guest, grant: GuestGrant): void;
  /**
   * Sends a request to the replica of another node that claimed it. As a local one: answers at the status line, and never
   * throws. A relay that breaks is a connection that breaks: `reset`. `end` is to follow in any case.
   */
  send(guest: Pick<Guest, 'claim' | 'replica'>, request: Outgoing, fingerprint: string): Promise<Reply>;
  /** Tells the claimer how many KV tokens its claim will take, as far as is known now. */
  resize(guest: Pick<Guest, 'claim' | 'replica'>, tokens: number): void;
  /** Tells the claimer that its claim is over, how that went, and what it comes to. */
  end(guest: Pick<Guest, 'claim' | 'replica'>, outcome: Outcome, account: Account): void;
  /** Tells all other nodes. */
  tellEnded(replica: string, ending: Ending): void;
  tellQuarantineChanged(pool: string): void;
  tellCancel(node: string, id: string): void;
  /** Lives that hold a lease now, this one included: a claim of or for another node has lost its other side. */
  alive(lives: readonly string[]): void;
  /** This node's own lease was lost for a while: the guests' origins may have run them elsewhere; they are dropped. */
  lapsed(): void;
  close(): Promise<void>;
}

/** The node of a life or an address. */
export function nodeOf(lifeOrAddress: string): string {
  return lifeOrAddress.split(/[:/]/, 1)[0] ?? '';
}
