import type { Random } from '../../support/random.ts';
import type { Agenda } from '../agenda.ts';
import type { Trace } from '../trace.ts';
import type { Ambush } from './ambush.ts';
import type { Books } from './books.ts';
import type { SimulatedRedis } from './redis/redis.ts';
import type { Wires } from './wires.ts';

/**
 * What must hold. `error`: the code does not throw. `outcome`: one per request, and no other. `bytes`: of one execution, without a gap. `order`: of a tenant's
 * requests of one priority. `budget`: of a replica. `lost`: the store has who waits. `life`: all ends once nothing bad happens any more. `audit`: the store's keys agree
 * then. `leak`: nothing is left when nobody waits.
 */
export type Rule = 'error' | 'outcome' | 'bytes' | 'order' | 'budget' | 'life' | 'audit' | 'leak' | 'lost';

/** All that a story of several hosts is made of besides its hosts. */
export interface Scene {
  readonly agenda: Agenda;
  readonly random: Random;
  readonly trace: Trace<Rule>;
  readonly redis: SimulatedRedis;
  readonly wires: Wires;
  readonly books: Books;
  readonly ambush: Ambush;
  /** A number that was never given before. */
  readonly count: () => number;
}

/** The one pool that all hosts share. */
export const POOL = 'heavy';
