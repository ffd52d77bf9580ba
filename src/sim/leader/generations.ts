import type { FromCore } from '../core/messages.ts';
import type { Choice } from '../openai/generation-request.ts';
import type { CoreProcess } from './core-process.ts';

/** Why a sequence gets no more tokens: it is complete, or everything was ended from outside. */
export type Ending = 'complete' | 'abort' | 'error';

/** News of one choice since the last time. */
export interface Progress {
  readonly choice: number;
  readonly tokens: number;
  readonly ended: Ending | undefined;
}

/** One request inside the engine. */
export interface Generation {
  /** Waits for news; what came since the last call is merged, so a slow reader gets fewer, longer chunks. Empty once cancelled. */
  next(): Promise<readonly Progress[]>;
  /** One choice needs no more tokens. */
  stop(choice: number): void;
  /** Nobody reads any more. */
  cancel(): void;
  /** Settles when `cancel` was called. */
  readonly cancelled: Promise<void>;
}

/** Every request in flight: sends them to the core and hands back what it says. */
export interface Generations {
  start(choices: readonly Choice[]): Generation;
  inFlight(): number;
  hear(steps: Extract<FromCore, { is: 'steps' }>): void;
  endAll(ending: 'abort' | 'error'): void;
}

interface Entry {
  readonly choices: Map<number, { tokens: number; ended: Ending | undefined }>;
  open: number;
  wake: () => void;
}

/** `idle` is called whenever the last request in flight ended. */
export function createGenerations(core: Pick<CoreProcess, 'tell'>, idle: () => void): Generations {
  const sequences = new Map<number, { readonly entry: Entry; readonly choice: number }>();
  let nextId = 1;
  let inFlight = 0;

  const advance = (id: number, tokens: number, ended: Ending | undefined) => {
    const sequence = sequences.get(id);
    if (sequence === undefined) return; // aborted while the step ran
    const { entry, choice } = sequence;
    const news = entry.choices.get(choice) ?? { tokens: 0, ended: undefined };
    entry.choices.set(choice, { tokens: news.tokens + tokens, ended });
    if (ended !== undefined) forget(id, entry);
    entry.wake();
  };
  const forget = (id: number, entry: Entry) => {
    sequences.delete(id);
    entry.open -= 1;
    if (entry.open > 0) return;
    inFlight -= 1;
    if (inFlight === 0) queueMicrotask(idle);
  };
  const abort = (ids: readonly number[], entry: Entry) => {
    const open = ids.filter((id) => sequences.has(id));
    for (const id of open) forget(id, entry);
    if (open.length > 0) core.tell({ is: 'abort', ids: open });
  };

  return {
    start(choices) {
      const entry: Entry = { choices: new Map(), open: choices.length, wake: () => {} };
      inFlight += 1;
      const ids = choices.map(({ promptTokens, outputTokens }, choice) => {
        const id = nextId++;
        sequences.set(id, { entry, choice });
        core.tell({ is: 'add', id, promptTokens, outputTokens });
        return id;
      });
      const cancelled = Promise.withResolvers<void>();
      return {
        next: () => takeNews(entry),
        stop: (choice) => abort(ids.slice(choice, choice + 1), entry),
        cancel() {
          abort(ids, entry);
          cancelled.resolve();
          entry.wake();
        },
        cancelled: cancelled.promise,
      };
    },
    inFlight: () => inFlight,
    hear({ produced, finished }) {
      const last = new Set(finished);
      for (let at = 0; at < produced.length; at += 2) {
        const id = produced[at] ?? 0;
        advance(id, produced[at + 1] ?? 0, last.has(id) ? 'complete' : undefined);
      }
    },
    endAll(ending) {
      for (const id of sequences.keys()) advance(id, 0, ending);
    },
  };
}

async function takeNews(entry: Entry): Promise<readonly Progress[]> {
  if (entry.choices.size === 0 && entry.open > 0)
    await new Promise<void>((resolve) => {
      entry.wake = resolve;
    });
  const news = [...entry.choices].map(([choice, { tokens, ended }]) => ({ choice, tokens, ended }));
  entry.choices.clear();
  return news;
}
