import { backoffMs, type BackoffLimits } from '../backoff.ts';
import type { Exit } from '../group/process-group.ts';

/** Waits before a companion is started again: short, for everybody needs it. */
const LIMITS: BackoffLimits = { backoffInitialMs: 100, backoffMaxMs: 5_000 };

/** A companion that lived this long had no trouble starting. */
export const SETTLED_MS = 30_000;

/** How long a companion may take to leave when asked: Redis writes its file first. */
export const STOP_GRACE_MS = 10_000;

/** Where a companion is in its life. `failures` counts endings in a row that came early. */
export type CompanionState =
  | { readonly in: 'running'; readonly failures: number; readonly sinceMs: number }
  | { readonly in: 'waiting'; readonly failures: number }
  | { readonly in: 'stopping' }
  | { readonly in: 'stopped' };

type In<Name extends CompanionState['in']> = Extract<CompanionState, { readonly in: Name }>;

export type CompanionEvent =
  | { readonly on: 'spawned'; readonly atMs: number }
  | { readonly on: 'unspawned' }
  | { readonly on: 'exited'; readonly exit: Exit } // the leader
  | { readonly on: 'gone'; readonly atMs: number } // no process of it is left; follows `exited`
  | { readonly on: 'elapsed' }
  | { readonly on: 'stop' }
  | { readonly on: 'hurry' }; // a stop waits for no grace

export type CompanionEffect =
  | { readonly do: 'spawn' } // answered by `spawned` or `unspawned`
  | { readonly do: 'report_death'; readonly exit: Exit }
  | { readonly do: 'terminate_leader' }
  | { readonly do: 'kill_group' }
  | { readonly do: 'forget_group' } // no process of it is left
  | { readonly do: 'wake'; readonly afterMs: number } // replaces an earlier one
  | { readonly do: 'sleep' }; // nothing is to wake it any more

export interface CompanionStep {
  readonly companion: CompanionState;
  readonly effects: readonly CompanionEffect[];
}

/** One event in, the next state and what must happen out. Total: every event is answered in every state. */
export function stepCompanion(companion: CompanionState, event: CompanionEvent): CompanionStep {
  switch (companion.in) {
    case 'stopped':
      return event.on === 'spawned' ? to({ in: 'running', failures: 0, sinceMs: event.atMs }) : to(companion);
    case 'running':
      return running(companion, event);
    case 'waiting':
      return waiting(companion, event);
    case 'stopping':
      break;
  }
  return stopping(companion, event);
}

function running(companion: In<'running'>, event: CompanionEvent): CompanionStep {
  if (event.on === 'stop') {
    return to({ in: 'stopping' }, { do: 'terminate_leader' }, { do: 'wake', afterMs: STOP_GRACE_MS });
  }
  if (event.on === 'exited') return to(companion, { do: 'kill_group' }, { do: 'report_death', exit: event.exit });
  if (event.on !== 'gone') return to(companion);
  const wasSettled = event.atMs - companion.sinceMs >= SETTLED_MS;
  return wait(wasSettled ? 1 : companion.failures + 1, { do: 'forget_group' });
}

function waiting(companion: In<'waiting'>, event: CompanionEvent): CompanionStep {
  if (event.on === 'stop') return to({ in: 'stopped' }, { do: 'sleep' });
  if (event.on === 'elapsed') return to(companion, { do: 'spawn' });
  if (event.on === 'spawned') return to({ ...companion, in: 'running', sinceMs: event.atMs });
  return event.on === 'unspawned' ? wait(companion.failures + 1) : to(companion);
}

/** What a leader leaves behind is killed, as is one that does not leave. */
function stopping(companion: In<'stopping'>, event: CompanionEvent): CompanionStep {
  if (event.on === 'gone') return to({ in: 'stopped' }, { do: 'forget_group' }, { do: 'sleep' });
  const isOver = event.on === 'exited' || event.on === 'elapsed' || event.on === 'hurry';
  return isOver ? to(companion, { do: 'kill_group' }) : to(companion);
}

function wait(failures: number, ...before: readonly CompanionEffect[]): CompanionStep {
  return to({ in: 'waiting', failures }, ...before, { do: 'wake', afterMs: backoffMs(failures, LIMITS) });
}

function to(companion: CompanionState, ...effects: readonly CompanionEffect[]): CompanionStep {
  return { companion, effects };
}
