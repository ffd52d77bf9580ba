import type { Result, Transition } from '../store.ts';
import { aliveNow, bury, renewLease } from './lives.ts';
import { forgetWhole } from './rate.ts';
import { sweep } from './sweep.ts';
import type { Turn } from './turn.ts';

/** The lease of this life, renewed; others whose lease has ended are over. */
export function beat(turn: Turn, { leaseMs, rooms }: Transition & { readonly type: 'beat' }): Result {
  renewLease(turn, leaseMs, rooms);
  const nowMs = Math.floor(turn.nowUs / 1000);
  for (const [life, leaseEndMs] of turn.machine.nodes) if (leaseEndMs < nowMs) bury(turn.machine, life, 1);
  sweep(turn);
  forgetWhole(turn);
  return aliveNow(turn.machine);
}
