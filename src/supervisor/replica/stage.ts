import type { ExitClass, StartPhase } from '../../engine/index.ts';
import type { Capacity, Verdict } from '../../health/index.ts';
import type { LastExit } from '../fleet.ts';

/** What a replica is asked to leave for: to stay down, or to start again at once. */
export type Leaving = 'down' | 'again';

/** What comes after an ending: what it was asked to leave for, or a start after a wait. */
export type Next = Leaving | 'backoff';

/** Cause and advice of an ending that is known before the engine's log has been read. */
export type Why = Pick<LastExit, 'cause' | 'advice'>;

/** What the end of a group was found to be. */
export interface Finding extends Pick<ExitClass, 'from' | 'retry'> {
  readonly exit: LastExit;
}

/** Where a replica is in its life, with what is known only there. In the order of `REPLICA_STATES`. */
export type Stage =
  | { readonly in: 'waiting_for_card' }
  | { readonly in: 'starting'; readonly phase: StartPhase }
  | { readonly in: 'warming' }
  | {
      readonly in: 'ready';
      readonly capacity: Capacity;
      /** It asked for the card to leave, and serves until it is granted. */
      readonly leaving: Leaving | undefined;
    }
  | {
      readonly in: 'draining';
      readonly capacity: Capacity;
      /** `stay`: an operator drained it and its engine stays up. */
      readonly next: 'stay' | Leaving;
      /** Nothing runs on it any more, or the wait for that is over. */
      readonly isQuiet: boolean;
      /** The card was granted for its stop. */
      readonly hasCard: boolean;
    }
  | { readonly in: 'stopping'; readonly next: Leaving }
  | {
      readonly in: 'cleaning';
      readonly next: Next;
      /** What was seen of the ending from outside; `undefined` where its exit was all. */
      readonly why: Why | undefined;
      readonly use: 'asked' | 'unasked';
      /** Where the ending found it. */
      readonly from: Stage['in'];
    }
  | { readonly in: 'backoff' }
  | { readonly in: 'stopped' }
  | { readonly in: 'failed' };

/** One stage of the union by its name. */
export type In<Name extends Stage['in']> = Extract<Stage, { readonly in: Name }>;

/** What a replica leaves for; `undefined` where it is not on its way out, or stays up. */
export function wayOut(stage: Stage): Next | undefined {
  if (stage.in === 'ready') return stage.leaving;
  return 'next' in stage && stage.next !== 'stay' ? stage.next : undefined;
}

/** One replica: its stage and what outlives the stages. */
export interface Replica {
  readonly stage: Stage;
  /** Starts begun so far. Events of an earlier life are stale and change nothing. */
  readonly life: number;
  /** An operator drained it: it stays closed through restarts until `resume`. */
  readonly held: boolean;
  /** Endings in a row that were not asked for; a long enough ready time clears it. */
  readonly failures: number;
  /** Endings that were not asked for, ever. */
  readonly restarts: number;
  readonly lastExit: LastExit | undefined;
}

/** What wakes a replica later. Setting one again replaces it. */
export type Timer = 'start_deadline' | 'healthy' | 'drain' | 'second_term' | 'grace' | 'backoff';

/** What an operator or the fleet asks for. */
export type Wish =
  | { readonly on: 'restart' } // also starts what is down
  | { readonly on: 'stop' }
  | { readonly on: 'hurry' } // drain no longer; kill what was asked to end already
  | { readonly on: 'drain' }
  | { readonly on: 'resume' };

/** What happens to one life of a replica. */
export type LifeEvent =
  | { readonly on: 'card_granted'; readonly life: number }
  | { readonly on: 'unlaunchable'; readonly life: number; readonly exit: LastExit } // there is no command to run
  | { readonly on: 'unspawned'; readonly life: number; readonly exit: LastExit } // it could not be run now
  | { readonly on: 'phase'; readonly life: number; readonly phase: StartPhase }
  | { readonly on: 'answering'; readonly life: number }
  | { readonly on: 'warm'; readonly life: number; readonly capacity: Capacity }
  | { readonly on: 'verdict'; readonly life: number; readonly verdict: Verdict }
  | { readonly on: 'idle'; readonly life: number } // closed, and nothing runs on it
  | { readonly on: 'exited'; readonly life: number } // the leader
  | ({ readonly on: 'gone'; readonly life: number } & Finding) // the whole group; follows `exited`
  | { readonly on: 'elapsed'; readonly life: number; readonly timer: Timer };

export type ReplicaEvent = Wish | LifeEvent;

/** What must happen in the world. All are about the replica's current life. */
export type ReplicaEffect =
  | { readonly do: 'request_card'; readonly use: 'start' | 'stop' } // answered by `card_granted`
  | { readonly do: 'seize_card' } // an ending is under way: nobody else may start
  | { readonly do: 'release_card' } // gives it back, or leaves the line for it
  | { readonly do: 'spawn' }
  | { readonly do: 'open'; readonly capacity: Capacity }
  | { readonly do: 'close' } // answered by `idle`
  | { readonly do: 'terminate_leader' } // SIGTERM, to the leader only
  | { readonly do: 'kill_group' } // SIGKILL, to the group only
  | { readonly do: 'forget_group' } // no process of it is left
  | { readonly do: 'report_ending'; readonly exit: LastExit; readonly use: 'asked' | 'unasked' }
  | { readonly do: 'wake'; readonly timer: Exclude<Timer, 'backoff'>; readonly afterMs: number }
  | { readonly do: 'back_off'; readonly failures: number };

/** A replica that has never been started. */
export const NEVER_STARTED: Replica = {
  stage: { in: 'stopped' },
  life: 0,
  held: false,
  failures: 0,
  restarts: 0,
  lastExit: undefined,
};
