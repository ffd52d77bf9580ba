import type { Cancel } from '../../telemetry/index.ts';
import type { Admission, Ticket } from '../ticket.ts';

/** The caller of one `acquire` or `giveBack` that has no answer yet. */
interface Waiter {
  readonly ticket: Ticket;
  /** Aborts when the client leaves. */
  readonly signal: AbortSignal;
}

interface Held extends Waiter {
  readonly leave: () => void;
  readonly resolve: (admission: Admission) => void;
  stopTimer: Cancel | undefined;
}

/** What `take` hands over: the caller, its timer stopped and its signal no longer listened to. */
interface Taken extends Waiter {
  /** It had been in line. */
  readonly waited: boolean;
  answer(admission: Admission): void;
}

/** Who waits for which ticket, by its id. */
export interface Waiters {
  /** `leave` runs when the client goes away first. */
  add(waiter: Waiter, leave: () => void): Promise<Admission>;
  /** The timer that stands for its longest wait. */
  setTimer(id: string, stop: Cancel): void;
  take(id: string): Taken | undefined;
}

export function createWaiters(): Waiters {
  const waiters = new Map<string, Held>();
  return {
    add(waiter, leave) {
      waiter.signal.addEventListener('abort', leave, { once: true });
      return new Promise((resolve) => {
        waiters.set(waiter.ticket.id, { ...waiter, leave, resolve, stopTimer: undefined });
      });
    },
    setTimer(id, stop) {
      const held = waiters.get(id);
      if (held) held.stopTimer = stop;
    },
    take(id) {
      const held = waiters.get(id);
      if (held === undefined) return undefined;
      waiters.delete(id);
      held.signal.removeEventListener('abort', held.leave);
      held.stopTimer?.();
      return { ...held, waited: held.stopTimer !== undefined, answer: held.resolve };
    },
  };
}
