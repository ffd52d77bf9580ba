import type { ExitClass, StartProgress } from '../../engine/index.ts';
import type { Capacity, Verdict } from '../../health/index.ts';
import type { LastExit } from '../fleet.ts';
import type { VitalProcess } from '../group/process-group.ts';

/** What a replica is asked to leave for: to stay down, or to start again at once. */
export type Leaving = 'down' | 'again';

/** What comes after an ending: what it was asked to leave for, or a start after a wait. */
export type Next = Leaving | 'backoff';

/** Whose doing an ending was: ours, the engine's, or that of something that kept it from starting. */
export type Ending = 'asked' | 'unasked' | 'hindered';

/** Cause and advice of an ending that is known before the engine's log has been read. */
export type Why = Pick<LastExit, 'cause' | 'advice'>;

/** What the end of a group was found to be. */
export interface Finding extends Pick<ExitClass, 'from'> {
  readonly exit: LastExit;
}

/** Where a replica is in its life, with what is known only there. In the order of `REPLICA_STATES`. */
export type Stage =
  | {
      readonly in: 'waiting_for_card';
      /** Its turn, and then the proof that the memory of those before it is back. */
      readonly for: 'turn' | 'memory';
    }
  | { readonly in: 'starting'; readonly progress: StartProgress; readonly notReadyBecause: string | undefined }
  | {
      readonly in: 'warming';
      /** What health met there last instead of an answer or a token, in words; here and while `starting`. */
      readonly notReadyBecause: string | undefined;
    }
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
  | { readonly in: 'cleaning'; readonly ending: 'asked'; readonly next: Leaving; readonly from: Stage['in'] }
  | {
      readonly in: 'cleaning';
      readonly ending: 'unasked';
      readonly next: Next;
      /** Where the ending found it. */
      readonly from: Stage['in'];
      /** What was seen of the ending from outside; `undefined` where its exit was all. */
      readonly why: Why | undefined;
    }
  | { readonly in: 'backoff' }
  | { readonly in: 'stopped' }
  | {
      readonly in: 'failed';
      /** What to do where it was started too often; else what its last ending says. */
      readonly advice?: string;
    };

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
  /** It was drained, or is rolled: it stays closed through restarts until `resume` or `open`. */
  readonly held: boolean;
  /** The part of its capacity that it is opened with, above 0 and up to 1. */
  readonly share: number;
  /** How long it may drain where whoever asked it to stop said so; else its policy does. */
  readonly drainTimeoutMs: number | undefined;
  /** Endings in a row that were followed by a start of our own; a long enough ready time clears it. */
  readonly failures: number;
  /** When those of late came, in ms of the clock, oldest first; a long enough ready time takes one back. */
  readonly endings: readonly number[];
  /** Endings that were not asked for, ever. */
  readonly restarts: number;
  readonly lastExit: LastExit | undefined;
}

/** What wakes a replica later. Setting one again replaces it. */
export type Timer = 'phase' | 'healthy' | 'drain' | 'second_term' | 'grace' | 'backoff';

/** What an operator or the fleet asks for. */
export type Wish =
  | { readonly on: 'restart'; readonly held?: true } // also starts what is down; where it is held it comes up closed
  | { readonly on: 'stop'; readonly drainTimeoutMs?: number | undefined }
  | { readonly on: 'stay' } // after all, where it was asked to leave and its engine was not yet
  | { readonly on: 'hurry' } // drain no longer; kill what was asked to end already
  | { readonly on: 'drain' }
  | { readonly on: 'resume' }
  | { readonly on: 'open'; readonly share: number }; // from now on with this part of its capacity

/** What happens to one life of a replica. */
export type LifeEvent =
  | { readonly on: 'card_granted'; readonly life: number }
  | { readonly on: 'card_proven'; readonly life: number } // its memory is free, or nobody can tell
  | { readonly on: 'hindered'; readonly life: number; readonly exit: LastExit } // not of its own doing: nothing was spawned
  | { readonly on: 'unlaunchable'; readonly life: number; readonly exit: LastExit } // there is no command to run
  | { readonly on: 'unspawned'; readonly life: number; readonly exit: LastExit; readonly atMs: number } // a step to its process failed: there is none
  | { readonly on: 'progress'; readonly life: number; readonly progress: StartProgress }
  | { readonly on: 'not_yet'; readonly life: number; readonly why: string } // what keeps it from being ready
  | { readonly on: 'answering'; readonly life: number }
  | { readonly on: 'warm'; readonly life: number; readonly capacity: Capacity }
  | { readonly on: 'verdict'; readonly life: number; readonly verdict: Verdict }
  | { readonly on: 'core_lost'; readonly life: number; readonly process: VitalProcess } // the leader lives on for seconds
  | { readonly on: 'broken'; readonly life: number; readonly why: Why } // we failed at what its life depends on
  | { readonly on: 'idle'; readonly life: number } // closed, and nothing runs on it
  | { readonly on: 'exited'; readonly life: number } // the leader
  | ({ readonly on: 'gone'; readonly life: number; readonly atMs: number } & Finding) // the whole group; follows `exited`
  | { readonly on: 'elapsed'; readonly life: number; readonly timer: Timer };

export type ReplicaEvent = Wish | LifeEvent;

/** What must happen in the world. All are about the replica's current life. */
export type ReplicaEffect =
  | { readonly do: 'request_card'; readonly use: 'start' | 'stop' } // answered by `card_granted`
  | { readonly do: 'seize_card' } // an ending is under way: nobody else may start
  | { readonly do: 'release_card' } // gives it back, or leaves the line for it
  | { readonly do: 'prove_card' } // answered by `card_proven` or `hindered`
  | { readonly do: 'give_up_proof' }
  | { readonly do: 'spawn' }
  | { readonly do: 'open'; readonly capacity: Capacity; readonly share?: number } // of its capacity; absent: all
  | { readonly do: 'close' } // answered by `idle`
  | { readonly do: 'tell_end'; readonly ending: 'asked' | 'unasked' } // whether a death is held against what runs there
  | { readonly do: 'terminate_leader' } // SIGTERM, to the leader only
  | { readonly do: 'kill_group' } // SIGKILL, to the group only
  | { readonly do: 'give_up_look' } // somebody waits: what an ending came of is not looked for any further
  | { readonly do: 'forget_group' } // no process of it is left
  | { readonly do: 'report_ending'; readonly exit: LastExit; readonly ending: Ending }
  | { readonly do: 'wake'; readonly timer: Exclude<Timer, 'backoff'>; readonly afterMs: number }
  | { readonly do: 'back_off'; readonly failures: number; readonly atLeastMs: number };

/** A replica that has never been started. */
export const NEVER_STARTED: Replica = {
  stage: { in: 'stopped' },
  life: 0,
  held: false,
  share: 1,
  drainTimeoutMs: undefined,
  failures: 0,
  endings: [],
  restarts: 0,
  lastExit: undefined,
};
