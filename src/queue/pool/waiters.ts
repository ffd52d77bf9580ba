import type { Cancel, Clock } from '../../telemetry/index.ts';
import type { Admission, Ticket } from '../ticket.ts';

/** The caller of one `acquire` or `giveBack` that has no answer yet. */
interface Waiter {
  readonly ticket: Ticket;
  /** Aborts when the client leaves. */
  readonly signal: AbortSignal;
}

/** What `take` hands over: the caller, who is watched no longer. */
interface Taken extends Waiter {
  /** It had been in line. */
  readonly waited: boolean;
  answer(admission: Admission): void;
}

/** Who waits for which ticket, by its id. */
export interface Waiters {
  add(waiter: Waiter): Promise<Admission>;
  /** It is in line from now on, for no longer than that. `soon`: it is likely to be granted at once. */
  enter(id: string, atMostMs: number, soon: boolean): void;
  /** Tells of those who left and are not watched yet. Before anybody is granted anything. */
  lookRound(): void;
  take(id: string): Taken | undefined;
  stop(): void;
}

/** What may end a wait. */
interface WaitersListener {
  left(id: string): void;
  overdue(id: string): void;
}

interface Held extends Taken {
  waited: boolean;
  overdueAtMs: number;
  leave: (() => void) | undefined;
  stopTimer: Cancel | undefined;
}

/**
 * Most requests are granted with the next answer of the store. A timer and a listener for each would cost as much as all
 * the rest, so only those get them who wait for longer than this, or twice as long.
 */
const UNWATCHED_MS = 5;

export function createWaiters(clock: Clock, listener: WaitersListener): Waiters {
  const waiters = new Map<string, Held>();
  let youngest: Held[] = [];
  let older: Held[] = [];
  let stopTick: Cancel | undefined;

  const waits = (held: Held): boolean => waiters.get(held.ticket.id) === held;
  function watch(held: Held): void {
    const { ticket, signal, overdueAtMs } = held;
    if (signal.aborted) return listener.left(ticket.id);
    held.leave = () => listener.left(ticket.id);
    signal.addEventListener('abort', held.leave, { once: true });
    held.stopTimer = clock.after(Math.max(0, overdueAtMs - clock.nowMs()), () => listener.overdue(ticket.id));
  }
  function tick(): void {
    const due = older;
    older = youngest;
    youngest = [];
    stopTick = older.length > 0 ? clock.after(UNWATCHED_MS, tick) : undefined;
    for (const held of due) if (waits(held)) watch(held);
  }
  function tellLeft(list: readonly Held[]): void {
    for (const held of list) if (held.signal.aborted && waits(held)) listener.left(held.ticket.id);
  }

  return {
    add: ({ ticket, signal }) =>
      new Promise((answer) => {
        const held = { ticket, signal, answer, waited: false, overdueAtMs: 0, leave: undefined, stopTimer: undefined };
        waiters.set(ticket.id, held);
      }),
    enter(id, atMostMs, soon) {
      const held = waiters.get(id);
      if (held === undefined) return;
      held.waited = true;
      held.overdueAtMs = clock.nowMs() + atMostMs;
      if (!soon || atMostMs < 2 * UNWATCHED_MS) return watch(held);
      youngest.push(held);
      stopTick ??= clock.after(UNWATCHED_MS, tick);
    },
    lookRound() {
      tellLeft(older);
      tellLeft(youngest);
    },
    take(id) {
      const held = waiters.get(id);
      if (held === undefined) return undefined;
      waiters.delete(id);
      if (held.leave) held.signal.removeEventListener('abort', held.leave);
      held.stopTimer?.();
      return held;
    },
    stop: () => stopTick?.(),
  };
}
