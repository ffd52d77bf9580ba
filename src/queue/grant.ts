import type { Outgoing, Reply } from './outgoing.ts';
import type { Running } from './pool/held.ts';
import type { Admission, Failure, Grant, Outcome, Usage } from './ticket.ts';

/** How a grant acts on the world; each ending is called at most once in all. */
interface GrantActions {
  send(request: Outgoing): Promise<Reply>;
  received(): void;
  used(used: Usage): void;
  finish(outcome: Outcome, used?: Usage): void;
  giveBack(failure: Failure): Promise<Admission>;
}

/** A grant that keeps its promise to end once: a second `finish` does nothing, a late `giveBack` is `cancelled`. */
export function createGrant(running: Running, act: GrantActions): Grant {
  const { ticket, replica, model, isRemote, claim, attempt, waitedMs, degraded, rate } = running;
  let ended = false;
  const end = (): boolean => {
    const first = !ended;
    ended = true;
    return first;
  };
  return {
    ticket,
    replica: isRemote ? replica.slice(replica.indexOf('/') + 1) : replica,
    model,
    claim,
    attempt,
    waitedMs,
    degraded,
    rate,
    isCancelled: () => running.cancelled,
    send: (request) => act.send(request),
    received() {
      if (!ended) act.received();
    },
    used(used) {
      if (!ended) act.used(used);
    },
    finish(outcome, used) {
      if (end()) act.finish(outcome, used);
    },
    giveBack: async (failure) => (end() ? act.giveBack(failure) : { ok: false, refusal: { reason: 'cancelled' } }),
  };
}
