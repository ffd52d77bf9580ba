import { laneOf } from '../member.ts';
import type { Result, Transition } from '../store.ts';
import { correctFlow } from './flows.ts';
import { deleteIn } from './machine.ts';
import { correctRate } from './rate.ts';
import type { Turn } from './turn.ts';

/** The claim is gone, and what it was charged is set right: only by the one whose it still was. */
export function finish(turn: Turn, { claim, charge, rate }: Transition & { readonly type: 'finish' }): Result {
  const { machine, commit } = turn;
  if (!deleteIn(machine.claims, commit.life, claim)) return { type: 'stale' };
  if (charge !== undefined && charge.charge !== 0) {
    correctFlow(turn, machine.tiers[charge.priority], laneOf(charge), charge.charge);
  }
  correctRate(turn, rate);
  return { type: 'done' };
}
