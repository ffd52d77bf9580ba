import { LEASE_LEFT_MS_MAX } from '../bounds.ts';
import type { Result, Transition } from '../store.ts';
import { aliveNow, bury, renewLease, shortenLeases } from './lives.ts';
import { forgetWhole } from './rate.ts';
import { sweep } from './sweep.ts';
import type { Turn } from './turn.ts';

/** The lease of this life, renewed; others whose lease has ended are over. */
export function beat(turn: Turn, { leaseMs, rooms }: Transition & { readonly type: 'beat' }): Result {
  const nowMs = Math.floor(turn.nowUs / 1000);
  renewLease(turn, leaseMs, rooms);
  shortenLeases(turn.machine, nowMs + Math.max(leaseMs * 2, LEASE_LEFT_MS_MAX));
  for (const [life, leaseEndMs] of turn.machine.nodes) if (leaseEndMs < nowMs) bury(turn.machine, life);
  sweep(turn);
  forgetWhole(turn);
  return aliveNow(turn);
}
