import type { FromCore } from '../core/messages.ts';
import type { Choice } from '../openai/generation-request.ts';
import type { CoreProcess } from './core-process.ts';
import { createMailbox, type Ending, type Mailbox, type Progress } from './mailbox.ts';

/** One request inside the engine. */
export interface Generation {
  /** Waits for news; empty once cancelled. */
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

/** `idle` is called whenever the last request in flight ended. */
export function createGenerations(core: Pick<CoreProcess, 'tell'>, idle: () => void): Generations {
  const sequences = new Map<number, { readonly mailbox: Mailbox; readonly choice: number }>();
  let nextId = 1;
  let inFlight = 0;

  const forget = (id: number) => {
    const closed = sequences.get(id)?.mailbox.close();
    sequences.delete(id);
    if (closed === 'closed') inFlight -= 1;
    if (closed === 'closed' && inFlight === 0) queueMicrotask(idle);
  };
  const advance = (id: number, tokens: number, ended: Ending | undefined) => {
    const sequence = sequences.get(id);
    if (sequence === undefined) return; // aborted while the step ran
    sequence.mailbox.put({ choice: sequence.choice, tokens, ended });
    if (ended !== undefined) forget(id);
  };
  const abort = (ids: readonly number[]) => {
    const open = ids.filter((id) => sequences.has(id));
    for (const id of open) forget(id);
    if (open.length > 0) core.tell({ is: 'abort', ids: open });
  };
  const add = (mailbox: Mailbox, { promptTokens, outputTokens, poisoned }: Choice, choice: number): number => {
    const id = nextId++;
    sequences.set(id, { mailbox, choice });
    core.tell({ is: 'add', sequence: { id, promptTokens, outputTokens, poisoned } });
    return id;
  };

  return {
    start(choices) {
      const mailbox = createMailbox(choices.length);
      inFlight += 1;
      return generationOf(
        mailbox,
        choices.map((choice, index) => add(mailbox, choice, index)),
        abort,
      );
    },
    inFlight: () => inFlight,
    hear: (steps) => eachSequence(steps, advance),
    endAll(ending) {
      for (const id of sequences.keys()) advance(id, 0, ending);
    },
  };
}

function eachSequence(
  { produced, finished }: Extract<FromCore, { is: 'steps' }>,
  tell: (id: number, tokens: number, ended: Ending | undefined) => void,
): void {
  const last = new Set(finished);
  for (let at = 0; at < produced.length; at += 2) {
    const id = produced[at] ?? 0;
    tell(id, produced[at + 1] ?? 0, last.has(id) ? 'complete' : undefined);
  }
}

function generationOf(mailbox: Mailbox, ids: readonly number[], abort: (ids: readonly number[]) => void): Generation {
  const cancelled = Promise.withResolvers<void>();
  return {
    next: () => mailbox.take(),
    stop: (choice) => abort(ids.slice(choice, choice + 1)),
    cancel() {
      abort(ids);
      cancelled.resolve();
    },
    cancelled: cancelled.promise,
  };
}
