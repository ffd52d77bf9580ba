import { createGrant } from '../grant.ts';
import type { Outgoing, Reply } from '../outgoing.ts';
import type { Account, GuestGrant } from '../relay/index.ts';
import type { Grant, Outcome, Usage } from '../ticket.ts';
import { createBeginning } from './beginning.ts';
import type { HowItEnds } from './event.ts';
import type { Hosted, Running } from './held.ts';
import { createMeter } from './meter.ts';
import { enter, refused, type LoopParts } from './parts.ts';
import { createWitness, tellEnd } from './witness.ts';

/** Leave for a caller of this node, to run here or on another node's replica. */
export function grantOf(parts: LoopParts, running: Running, signal: AbortSignal): Grant {
  const { dispatch, effects, bodies, aborts } = parts;
  const { ticket, replica, isRemote } = running;
  const { id } = ticket;
  const meter = isRemote ? undefined : createMeter(parts.pool, replica, effects); // else its own node measures it
  let watch: Watch | undefined;
  const watched = (): Watch | undefined => (isRemote ? undefined : (watch ??= watchOf(parts, running)));
  function over(outcome: Outcome): void {
    aborts.delete(id);
    if (!isRemote) tellEnd(replica, running.cancelled ? 'client_gone' : outcome, effects); // else its own node hears of it
  }
  function finish(outcome: Outcome, used?: Usage): void {
    over(outcome);
    meter?.ended(outcome, used);
    bodies.free(ticket.bodyBytes);
    dispatch({ on: 'finish', id, outcome, used, nowMs: effects.clock.nowMs() });
  }
  return createGrant(running, {
    async send(request) {
      meter?.sent();
      const reply = await send(parts, running, request);
      return watched()?.replied(reply) ?? reply;
    },
    received() {
      meter?.received();
      watched()?.received();
    },
    used(used) {
      meter?.used(used);
      dispatch({ on: 'used', id, used });
    },
    finish,
    giveBack(failure) {
      if (signal.aborted) {
        finish(failure);
        return Promise.resolve(refused({ reason: 'cancelled' }));
      }
      over(failure);
      meter?.ended(failure, undefined);
      return enter(parts, ticket, signal, { on: 'give_back', id, failure, nowMs: effects.clock.nowMs() });
    },
  });
}

/** What is heard of an answer as it comes. */
interface Watch {
  replied(reply: Reply): Reply;
  received(): void;
}

function watchOf({ dispatch, effects }: LoopParts, execution: Running | Hosted): Watch {
  const beginning = createBeginning(execution, effects.clock, dispatch);
  const witness = createWitness(execution.replica, effects);
  return {
    replied: (reply) => beginning.replied(reply),
    received() {
      beginning.received();
      witness();
    },
  };
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
export function guestGrantOf(parts: LoopParts, hosted: Hosted): GuestGrant {
  const { dispatch, effects } = parts;
  const { claim, replica } = hosted;
  const watch = watchOf(parts, hosted);
  const meter = createMeter(parts.pool, replica, effects);
  let ended = false;
  function end(outcome: Outcome, how: HowItEnds, account?: Account): void {
    if (ended) return;
    ended = true;
    tellEnd(replica, outcome, effects);
    meter?.ended(outcome, account?.used);
    dispatch({ on: 'guest_end', claim, outcome, how, account, nowMs: effects.clock.nowMs() });
  }
  return {
    fingerprint(value) {
      hosted.fingerprint = value;
    },
    async send(request) {
      meter?.sent();
      return watch.replied(await effects.send(replica, request));
    },
    received() {
      if (ended) return;
      meter?.received();
      watch.received();
    },
    resize: (tokens) => dispatch({ on: 'guest_resized', claim, tokens }),
    finish: (outcome, account) => end(outcome, 'over', account),
    back: () => end('client_gone', 'back'),
  };
}
