import type { Running } from './pool.ts';
import type { Capacity, Ending } from './queue.ts';
import type { CommitReply, Quarantined } from './store.ts';
import type { Failure, Outcome, Refusal, Ticket } from './ticket.ts';

/** What can happen to a pool. */
export type PoolEvent =
  | { readonly on: 'acquire'; readonly ticket: Ticket; readonly nowMs: number }
  | { readonly on: 'leave'; readonly id: string } // its client is gone
  | { readonly on: 'overdue'; readonly id: string; readonly nowMs: number }
  | { readonly on: 'finish'; readonly id: string; readonly outcome: Outcome; readonly nowMs: number }
  | { readonly on: 'give_back'; readonly id: string; readonly failure: Failure; readonly nowMs: number }
  | { readonly on: 'open'; readonly replica: string; readonly capacity: Capacity }
  | { readonly on: 'close'; readonly replica: string }
  | { readonly on: 'end'; readonly replica: string; readonly ending: Ending; readonly nowMs: number } // of its engine
  | { readonly on: 'resume'; readonly replica: string } // its pause is over
  | { readonly on: 'drain' }
  | { readonly on: 'pulse'; readonly nowMs: number } // ask the store for a sign of life, let go what is old
  | { readonly on: 'recall'; readonly list: readonly Quarantined[]; readonly nowMs: number } // what an earlier life of this node had quarantined
  | { readonly on: 'let_go'; readonly fingerprint: string } // out of quarantine; `all`: everyone
  | { readonly on: 'connected'; readonly life: string }
  | { readonly on: 'lost'; readonly cause: unknown }
  | { readonly on: 'committed'; readonly reply: CommitReply; readonly nowMs: number };

/** What must be done about it. */
export type PoolEffect =
  | { readonly do: 'wait'; readonly id: string; readonly atMostMs: number } // in line, until overdue
  | { readonly do: 'refuse'; readonly id: string; readonly refusal: Refusal }
  | { readonly do: 'grant'; readonly running: Running }
  | { readonly do: 'release'; readonly replica: string; readonly running: number } // so many run on it now
  | { readonly do: 'pause'; readonly replica: string; readonly forMs: number } // then `resume`; a later one counts
  | { readonly do: 'suspect'; readonly id: string } // it waits to run alone
  | { readonly do: 'quarantine'; readonly id: string; readonly replica: string; readonly entry: Quarantined }
  | { readonly do: 'save_quarantine' } // it has changed
  | { readonly do: 'drop_claim'; readonly claim: string; readonly id: string }; // nobody waits for it
