import type { Exit } from '../../../src/supervisor/index.ts';
import type { Exchange } from '../engine/exchange.ts';
import type { Temper } from './temper.ts';

/** What an engine was started as. */
export interface Order {
  readonly name: string;
  readonly gpu: number | undefined;
  /** Memory of its card that it demands. */
  readonly mib: number;
  /** Where it is to listen: a path, or `host:port`. */
  readonly place: string;
}

/** What is asked of its API in place of an honest answer, for so many questions. */
export interface Mood {
  readonly is: 'late' | 'silent' | 'unavailable' | 'refused';
  left: number;
}

/** A request in an engine. */
export interface Generation {
  /** Its name in the ledger; probes have none. */
  readonly id: string | undefined;
  /** Its engine's core died: the leader says so, or its connection breaks later. */
  coreDied(): void;
  /** The engine was asked to leave. */
  abort(): void;
}

/** One life of an engine: an API server that leads, an engine core, and what holds both. */
export interface Engine {
  readonly order: Order;
  readonly temper: Temper;
  /** The life of the node that spawned it; `undefined`: somebody else runs it. */
  readonly node: number | undefined;
  /** Pid of the leader, and session of all. */
  readonly leader: number;
  readonly pids: Set<number>;
  core: number | undefined;
  isLeaderGone: boolean;
  /** It had a core, and that is gone. */
  isCoreGone: boolean;
  /** Its API server takes connections and says nothing. */
  isFrozen: boolean;
  /** Its core works no more; the API server goes on. */
  isHung: boolean;
  mood: Mood | undefined;
  /** One mood is forgiven. */
  hadMood: boolean;
  /** Gone, and then its card could not be looked at: nobody waits for its memory any more. */
  isForgiven: boolean;
  /** The API listens. */
  isOpen: boolean;
  /** The first token was given: its start is over for its neighbours. */
  hasServed: boolean;
  /** Its supervisor knows that. */
  isReady: boolean;
  /** SIGTERMs and SIGKILLs of its supervisor so far. */
  terms: number;
  kills: number;
  /** Something was done to it that it may be ended for. */
  isIll: boolean;
  /** From its admission to the card until its KV cache is laid out: what others take or give back meanwhile kills it. */
  measuring: 'no' | 'yes' | 'disturbed_by_taking' | 'disturbed_by_freeing';
  readonly exchanges: Set<Exchange>;
  readonly generations: Set<Generation>;
  /** Acts that wait for it to thaw. */
  readonly held: (() => void)[];
  /** Steps of the core so far, as its metrics tell. */
  steps: number;
  write(line: string): void;
  exited(exit: Exit): void;
  outputEnded(): void;
  /** Somebody watches its core. */
  onCoreLost: ((pid: number, comm: string) => void) | undefined;
}

/** As the kernel cuts the title `VLLM::EngineCore`. */
export const CORE_COMM = 'VLLM::EngineCor';

/** Whether a process of it is left. */
export function isAlive({ isLeaderGone, core }: Engine): boolean {
  return !isLeaderGone || core !== undefined;
}
