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
  /** It is in line from now on, for no longer than that. */
  enter(id: string, atMostMs: number): void;
  /** Tells of those among them who have left. Before any of them is granted anything. */
  lookAt(ids: Iterable<string>): void;
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
}

/**
 * Those who wait are looked at in rounds, so many each time: a timer and a listener for each would cost as much as all the
 * rest. So who leaves, or has waited long enough, is out of the line after this time, or later where a great many wait.
 */
const LOOK_EVERY_MS = 25;
const LOOKS_MAX = 4096;

export function createWaiters(clock: Clock, listener: WaitersListener): Waiters {
  const waiters = new Map<string, Held>();
  let round = waiters.values();
  let next: { readonly atMs: number; readonly stop: Cancel } | undefined;

  function look(held: Held, nowMs: number): void {
    if (!held.waited) return;
    if (held.signal.aborted) listener.left(held.ticket.id);
    else if (nowMs >= held.overdueAtMs) listener.overdue(held.ticket.id);
  }
  function nextOf(): Held | undefined {
    const { done = false, value } = round.next();
    if (!done) return value;
    round = waiters.values();
    return round.next().value;
  }
  function lookOn(): void {
    next = undefined;
    const nowMs = clock.nowMs();
    for (let left = Math.min(waiters.size, LOOKS_MAX); left > 0; left -= 1) {
      const held = nextOf();
      if (held !== undefined) look(held, nowMs);
    }
    if (waiters.size > 0) lookIn(LOOK_EVERY_MS);
  }
  function lookIn(ms: number): void {
    const atMs = clock.nowMs() + ms;
    if (next !== undefined && next.atMs <= atMs) return;
    next?.stop();
    next = { atMs, stop: clock.after(ms, lookOn) };
  }

  return {
    add: ({ ticket, signal }) =>
      new Promise((answer) => {
        waiters.set(ticket.id, { ticket, signal, answer, waited: false, overdueAtMs: 0 });
      }),
    enter(id, atMostMs) {
      const held = waiters.get(id);
      if (held === undefined) return;
      held.waited = true;
      held.overdueAtMs = clock.nowMs() + atMostMs;
      lookIn(Math.min(atMostMs, LOOK_EVERY_MS));
    },
    lookAt(ids) {
      for (const id of ids) if (waiters.get(id)?.signal.aborted === true) listener.left(id);
    },
    take(id) {
      const held = waiters.get(id);
      waiters.delete(id);
      return held;
    },
    stop: () => next?.stop(),
  };
}
