import type { Ending, EngineLoad, Opening, PoolDepth, QuarantinedRequest } from '../queue.ts';
import type { Bidding, Guest } from '../relay/index.ts';
import type { StoreLink } from '../store.ts';
import type { Inspection, PoolState } from '../pool-state.ts';
import type { Admission, Standing, Ticket } from '../ticket.ts';

/** The loop that owns one pool's state: takes events one at a time, performs what they come to, and commits. */
export interface PoolLoop {
  acquire(ticket: Ticket, signal: AbortSignal): Promise<Admission>;
  /** One that is open already is the same engine, of which more or less is given out. */
  open(replica: string, opening: Opening): void;
  /** Real models that this node's replicas have or will have. */
  expect(models: readonly string[]): void;
  /** Resolves once nothing runs on it. */
  close(replica: string): Promise<void>;
  /** Its engine ends; another node's by its address. */
  end(replica: string, ending: Ending): void;
  observe(replica: string, load: EngineLoad): void;
  running(replica: string): number;
  depth(): PoolDepth;
  /** Where a ticket of this node stands, if it waits. */
  standing(id: string): Promise<Standing | undefined>;
  /** Ends a ticket of this node; says whether there was one. */
  cancel(id: string): boolean;
  /** All that the pool's store holds. */
  inspect(what?: Inspection): Promise<PoolState>;
  /** The life that holds the client of a ticket, of whichever node. */
  originOf(id: string): Promise<string | undefined>;
  /** Another node has claimed a ticket. */
  asked(guest: Guest): Bidding;
  /** There may be work elsewhere. */
  bell(): void;
  quarantined(): readonly QuarantinedRequest[];
  /** Another node has changed the quarantine. */
  quarantineChanged(): void;
  /** Lets a fingerprint go, or `all`; answers how many there were. */
  release(fingerprint: string): number;
  drain(): void;
  /** Says that this node lives, so that the store's loss shows while nothing else is asked. */
  pulse(): void;
  connection(link: StoreLink): void;
  /** Whether it and the shared store agree. */
  isUp(): boolean;
  /** Gives up all that it holds; resolves when the store knows, or is away. */
  depart(): Promise<void>;
  /** Nothing is committed any more. */
  stop(): void;
}
