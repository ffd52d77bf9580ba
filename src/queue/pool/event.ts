import type { Ending, EngineLoad, Opening } from '../queue.ts';
import type { Account, Bidding, Guest } from '../relay/relay.ts';
import type { CommitReply, Life, Quarantined } from '../store.ts';
import type { Failure, Outcome, Refusal, Ticket, Usage } from '../ticket.ts';
import type { Hosted, Running } from './held.ts';
import type { Home } from './pool.ts';

/** How a guest's claim ends: it is over, or its ticket is offered again, for want of a word of its origin. */
export type HowItEnds = 'over' | 'back';

/** What can happen to a pool. */
export type PoolEvent =
  | { readonly on: 'acquire'; readonly ticket: Ticket; readonly nowMs: number }
  | { readonly on: 'leave'; readonly id: string } // its client is gone
  | { readonly on: 'overdue'; readonly id: string; readonly nowMs: number }
  | { readonly on: 'cancel'; readonly id: string } // an operator wants it gone
  | { readonly on: 'look'; readonly id: string } // somebody asks for its place
  | { readonly on: 'began'; readonly replica: string; readonly claim: string; readonly nowMs: number } // a stream
  | { readonly on: 'used'; readonly id: string; readonly used: Usage } // so far
  | {
      readonly on: 'finish';
      readonly id: string;
      readonly outcome: Outcome;
      readonly used?: Usage | undefined;
      readonly nowMs: number;
    }
  | { readonly on: 'give_back'; readonly id: string; readonly failure: Failure; readonly nowMs: number }
  | { readonly on: 'asked'; readonly guest: Guest; readonly nowMs: number } // by a node that claimed a ticket of ours
  | {
      readonly on: 'guest_end'; // of another node's ticket
      readonly claim: string;
      readonly outcome: Outcome;
      readonly how: HowItEnds;
      readonly account?: Account | undefined; // as its origin reckons
      readonly nowMs: number;
    }
  | { readonly on: 'guest_resized'; readonly claim: string; readonly tokens: number } // its origin knows better now
  | { readonly on: 'open'; readonly replica: string; readonly capacity: Opening }
  | { readonly on: 'resize'; readonly replica: string; readonly capacity: Opening } // the same engine
  | { readonly on: 'expect'; readonly models: readonly string[] } // replicas of this node have them, or will
  | { readonly on: 'close'; readonly replica: string }
  | { readonly on: 'observe'; readonly replica: string; readonly load: EngineLoad; readonly nowMs: number }
  | { readonly on: 'end'; readonly replica: string; readonly ending: Ending; readonly nowMs: number } // of its engine
  | { readonly on: 'resume'; readonly replica: string } // its pause is over
  | { readonly on: 'drain' }
  | { readonly on: 'pulse'; readonly nowMs: number } // say that this node lives, let go what is old
  | { readonly on: 'poll' } // another node may have brought work
  | { readonly on: 'recall'; readonly list: readonly Quarantined[]; readonly nowMs: number } // all that is quarantined
  | { readonly on: 'let_go'; readonly fingerprint: string } // out of quarantine; `all`: everyone
  | {
      readonly on: 'connected'; // a store has this life now
      readonly life: string;
      readonly home: Home;
      readonly lives: readonly Life[];
      readonly sentAtMs: number;
      readonly nowMs: number;
    }
  | { readonly on: 'lost'; readonly cause: unknown }
  | { readonly on: 'lapsed' } // no word went through for longer than the lease
  | { readonly on: 'committed'; readonly reply: CommitReply; readonly nowMs: number }
  | { readonly on: 'depart' }; // for good: nothing of ours stays behind

/** What must be done about it. */
export type PoolEffect =
  | { readonly do: 'wait'; readonly id: string; readonly atMostMs: number } // in line, until overdue
  | { readonly do: 'refuse'; readonly id: string; readonly refusal: Refusal }
  | { readonly do: 'grant'; readonly running: Running }
  | { readonly do: 'abort'; readonly id: string } // its execution
  | { readonly do: 'stand'; readonly id: string; readonly ahead: number | undefined } // the answer to `look`
  | { readonly do: 'release'; readonly replica: string; readonly running: number } // so many run on it now
  | { readonly do: 'pause'; readonly replica: string; readonly forMs: number } // then `resume`; a later one counts
  | { readonly do: 'suspect'; readonly id: string } // it waits to run alone
  | { readonly do: 'quarantine'; readonly id: string; readonly replica: string; readonly entry: Quarantined }
  | { readonly do: 'pardon'; readonly fingerprint: string }
  | { readonly do: 'drop_claim'; readonly claim: string; readonly id: string } // nobody waits for it
  | { readonly do: 'host'; readonly hosted: Hosted } // another node's ticket
  | { readonly do: 'bid'; readonly bidding: Bidding } // the answer to `asked`
  | {
      readonly do: 'end_claim'; // of another node
      readonly claim: string;
      readonly replica: string;
      readonly outcome: Outcome;
      readonly account: Account;
    }
  | { readonly do: 'resize'; readonly claim: string; readonly replica: string; readonly tokens: number } // of another node
  | { readonly do: 'alive'; readonly lives: readonly string[] } // they hold a lease
  | { readonly do: 'join'; readonly home: Home }; // begin a life there
