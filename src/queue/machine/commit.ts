import type { Commit, CommitReply, Result, Transition } from '../store.ts';
import { admit } from './admit.ts';
import { beat } from './beat.ts';
import { cancel } from './cancel.ts';
import { claim } from './claim.ts';
import { finish } from './finish.ts';
import { forgetIdle, pruneIdle } from './flows.ts';
import { giveBack } from './give-back.ts';
import { isCurrent, isPast } from './lives.ts';
import { look } from './look.ts';
import type { Machine } from './machine.ts';
import { register } from './register.ts';
import { restoreClaim } from './restore-claim.ts';
import { restoreTicket } from './restore-ticket.ts';
import { beginTurn, type Turn } from './turn.ts';

/** Applies a commit as `lua/commit.lua` does: same answers, same state. */
export function applyCommit(machine: Machine, commit: Commit): CommitReply {
  const { life, transitions } = commit;
  const isNew = transitions[0]?.type === 'register';
  if (isNew ? isPast(machine, life) : !isCurrent(machine, life)) return { type: 'superseded' };
  const turn = beginTurn(machine, commit);
  forgetIdle(machine, turn.nowUs);
  const results = transitions.map((it) => apply(turn, it));
  claim(turn);
  pruneIdle(machine);
  if (turn.entered && machine.line.length + machine.apart.length > 0 && machine.nodes.size > 1) machine.bell();
  const { line, apart, served } = machine;
  const { claims, more } = turn;
  return { type: 'committed', results, claims, depth: line.length, apart: apart.length, served, more };
}

function apply(turn: Turn, it: Transition): Result {
  switch (it.type) {
    case 'register':
      return register(turn, it);
    case 'beat':
      return beat(turn, it);
    case 'admit':
      return admit(turn, it);
    case 'cancel':
      return cancel(turn, it);
    case 'look':
      return look(turn, it);
    case 'finish':
      return finish(turn, it);
    case 'give_back':
      return giveBack(turn, it);
    case 'restore_ticket':
      return restoreTicket(turn, it);
    case 'restore_claim':
      return restoreClaim(turn, it);
  }
}
