import type { ReplicaPlan } from '../../../src/engine/index.ts';
import type { RolloutEnding, RolloutRecord, RolloutRequest } from '../../../src/supervisor/index.ts';
import type { Random } from '../../support/random.ts';
import type { Agenda } from '../agenda.ts';
import type { Trace } from '../trace.ts';

/**
 * What must hold: `world` what every start and stop keeps to; `ready` that enough others serve where that can be;
 * `drain` that what runs has its time to finish; `gate` that nothing new takes work unchecked; `one` that one replica of
 * all moves at a time; `end` that it ends; `whole` that all is new or all is old then; `done` that it is not taken back
 * where nothing is wrong; `error` that nothing is thrown.
 */
export type Rule = 'world' | 'ready' | 'drain' | 'gate' | 'one' | 'end' | 'whole' | 'done' | 'error';

/** How an engine fares that runs one plan. */
export type Fate =
  | 'well'
  | 'never_starts' // in words that no retry mends
  | 'crashes' // at each start
  | 'hangs'
  | 'rubbish' // fails its gate
  | 'mute' // its gate never ends
  | 'slow' // fails its judgement
  | 'unjudged' // its judgement never ends
  | 'dies'; // a while after it was ready

/** What a story is about: replicas as they are and as they shall be. */
export interface Change {
  readonly old: ReadonlyMap<string, ReplicaPlan>;
  readonly new: ReadonlyMap<string, ReplicaPlan>;
  readonly request: RolloutRequest;
  /** By plan. */
  readonly fates: Map<ReplicaPlan, Fate>;
}

/** What outlives every node of a story. */
export interface Scene {
  readonly agenda: Agenda;
  readonly random: Random;
  readonly trace: Trace<Rule>;
  readonly change: Change;
  /** What the record's file says. */
  disk: RolloutRecord | undefined;
  /** How it ended, once it has. */
  ending: RolloutEnding | undefined;
  /** Faults come no more: nothing starts badly but what its fate says. */
  isCalm: boolean;
  count(what: string): void;
}

/** Whether something comes about that does with this probability. */
export function chance({ random }: Pick<Scene, 'random'>, probability: number): boolean {
  return random.next() < probability;
}
