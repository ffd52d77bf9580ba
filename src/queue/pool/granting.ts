import { createGrant } from '../grant.ts';
import type { Outgoing, Reply } from '../outgoing.ts';
import type { Account, GuestGrant } from '../relay/index.ts';
import type { Grant, Outcome } from '../ticket.ts';
import { createBeginning } from './beginning.ts';
import type { HowItEnds } from './event.ts';
import type { Hosted, Running } from './held.ts';
import { enter, refused, type LoopParts } from './parts.ts';
import { createWitness } from './witness.ts';

/** Leave for a caller of this node, to run here or on another node's replica. */
export function grantOf(parts: LoopParts, running: Running, signal: AbortSignal): Grant {
  const { dispatch, effects, bodies, aborts } = parts;
  const { ticket, replica, isRemote } = running;
  const { id } = ticket;
  const witness = isRemote ? undefined : createWitness(replica, effects); // its own node hears of its engine
  const beginning = isRemote ? undefined : createBeginning(running, effects.clock, dispatch);
  const nowMs = (): number => effects.clock.nowMs();
  const over = (outcome: Outcome): void => {
    aborts.delete(id);
    witness?.ended(running.cancelled ? 'client_gone' : outcome);
  };
  const finish: Grant['finish'] = (outcome, used) => {
    over(outcome);
    bodies.free(ticket.bodyBytes);
    dispatch({ on: 'finish', id, outcome, used, nowMs: nowMs() });
  };
  return createGrant(running, {
    async send(request) {
      const reply = await send(parts, running, request);
      return beginning?.replied(reply) ?? reply;
    },
    received() {
      beginning?.received();
      witness?.received();
    },
    used: (used) => dispatch({ on: 'used', id, used }),
    finish,
    giveBack(failure) {
      if (signal.aborted) {
        finish(failure);
        return Promise.resolve(refused({ reason: 'cancelled' }));
      }
      over(failure);
      return enter(parts, ticket, signal, { on: 'give_back', id, failure, nowMs: nowMs() });
    },
  });
}

/** An operator may end it, beside its client. */
function send({ effects, relay, aborts }: LoopParts, running: Running, request: Outgoing): Promise<Reply> {
  const { ticket, replica, claim, isRemote } = running;
  const stop = new AbortController();
  if (running.cancelled) stop.abort();
  aborts.set(ticket.id, stop);
  const outgoing = { ...request, signal: AbortSignal.any([request.signal, stop.signal]) };
  return isRemote ? relay.send({ claim, replica }, outgoing, ticket.fingerprint()) : effects.send(replica, outgoing);
}

/** Leave for another node's ticket. */
export function guestGrantOf({ dispatch, effects }: LoopParts, hosted: Hosted): GuestGrant {
  const { claim, replica } = hosted;
  const witness = createWitness(replica, effects);
  const beginning = createBeginning(hosted, effects.clock, dispatch);
  let ended = false;
  function end(outcome: Outcome, how: HowItEnds, account?: Account): void {
    if (ended) return;
    ended = true;
    witness.ended(outcome);
    dispatch({ on: 'guest_end', claim, outcome, how, account, nowMs: effects.clock.nowMs() });
  }
  return {
    fingerprint(value) {
      hosted.fingerprint = value;
    },
    send: async (request) => beginning.replied(await effects.send(replica, request)),
    received() {
      if (ended) return;
      beginning.received();
      witness.received();
    },
    used: (used) => dispatch({ on: 'guest_used', claim, used }),
    finish: (outcome, account) => end(outcome, 'over', account),
    back: () => end('client_gone', 'back'),
  };
}
