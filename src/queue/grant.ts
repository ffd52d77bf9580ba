import type { Outgoing, Reply } from './outgoing.ts';
import type { Running } from './pool.ts';
import type { Admission, Failure, Grant, Outcome } from './ticket.ts';

/** How a grant acts on the world; each ending is called at most once in all. */
interface GrantActions {
  send(request: Outgoing): Promise<Reply>;
  received(): void;
  finish(outcome: Outcome): void;
  giveBack(failure: Failure): Promise<Admission>;
}

/** A grant that keeps its promise to end once: a second `finish` does nothing, a late `giveBack` is `cancelled`. */
export function createGrant({ ticket, replica, claim, attempt, waitedMs }: Running, act: GrantActions): Grant {
  let ended = false;
  const end = (): boolean => {
    const first = !ended;
    ended = true;
    return first;
  };
  return {
    ticket,
    replica,
    claim,
    attempt,
    waitedMs,
    send: (request) => act.send(request),
    received() {
      if (!ended) act.received();
    },
    finish(outcome) {
      if (end()) act.finish(outcome);
    },
    giveBack: async (failure) => (end() ? act.giveBack(failure) : { ok: false, refusal: { reason: 'cancelled' } }),
  };
}
