import type { Engine } from '../engine.ts';
import type { Need } from '../scenario.ts';

/** How engines are to be kept, in words that each target translates into its own keys. */
export interface Policy {
  /** A start that takes longer has failed. */
  readonly startLimitS: number;
  /** Restarts in a row before an engine is given up. */
  readonly restartsMax: number;
  /** Ready for this long, an engine counts as healthy again. */
  readonly healthyAfterS: number;
  /** From the stop signal to SIGKILL. */
  readonly stopGraceS: number;
  /** How long requests in flight may hold up a stop. */
  readonly drainS: number;
  /** Whether a request may start an engine that is down, where the target has the choice. */
  readonly requestsStart: boolean;
}

export const DEFAULT_POLICY: Policy = {
  startLimitS: 15, // the least that llama-swap takes
  restartsMax: 5,
  healthyAfterS: 1,
  stopGraceS: 3,
  drainS: 10,
  requestsStart: true,
};

/** What a target is started on. */
export interface House {
  /** Its own directory; everything it starts can be found by it. */
  readonly directory: string;
  /** The command of every engine: takes `serve MODEL --port N …` as vLLM does. */
  readonly engineCommand: string;
  readonly engines: readonly Engine[];
  readonly policy: Policy;
  /** A free port for a gateway or an API. */
  readonly port: number;
  /** Environment of the supervisor besides PATH and HOME. */
  readonly env: Readonly<Record<string, string>>;
  /** Flags that the configuration gives every engine besides where it listens. */
  readonly engineFlags: (engine: Engine) => Readonly<Record<string, string | number>>;
}

/** What a supervisor says of an engine when an operator asks. */
export interface Told {
  readonly state: 'ready' | 'coming' | 'stopped' | 'failed' | 'unknown';
  /** Everything that its status says, as text. */
  readonly text: string;
}

/** A supervisor that runs. */
export interface Running {
  readonly pid: number;
  /** Settles with its end. */
  readonly exited: Promise<void>;
  isAlive(): boolean;
  /** Where requests go; `undefined` where there is no gateway. */
  readonly url: string | undefined;
  tell(engine: Engine): Promise<Told>;
  /** As an operator would; settles when the command does. Rejects where it failed. */
  restart(engine: Engine): Promise<void>;
  stop(engine: Engine): Promise<void>;
  /** Reads its configuration again; `refused` where it said so. */
  reload(house: House): Promise<'taken' | 'refused'>;
  /** Replaces its configuration by something it cannot read, and asks it to read that. */
  reloadBroken(): Promise<'taken' | 'refused'>;
}

/** A supervisor under test. */
export interface Target {
  readonly name: string;
  /** What it has not, each with the reason that the table gives. */
  readonly lacks: Readonly<Partial<Record<Need, string>>>;
  /** How it was set up for these scenarios, in one line: its best configuration. */
  readonly configured: string;
  version(): Promise<string>;
  start(house: House): Promise<Running>;
}
