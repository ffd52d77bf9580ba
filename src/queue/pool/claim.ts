import type { Claimed, RateCorrection } from '../store.ts';
import { enqueue, type Pool, type Replica } from './pool.ts';

/** The replica of a claim, if it may still be given work, and that; for a suspect it must have none. */
export function localReplica(
  { replicas, setting }: Pool,
  { replica: address, kind, entry: { variant } }: Claimed,
): { readonly name: string; readonly replica: Replica } | undefined {
  const name = address.slice(setting.node.length + 1);
  const replica = replicas.get(name);
  if (replica?.open !== true || replica.paused) return undefined;
  if (kind === 'alone') return replica.running > 0 ? undefined : { name, replica };
  return variant === undefined || variant === replica.model ? { name, replica } : undefined; // else it was opened anew
}

/** A claim is over. One that served nobody is charged to nobody; `refund` goes with a ticket that is refused. */
export function finishClaim(
  pool: Pool,
  { claim, kind, entry }: Pick<Claimed, 'claim' | 'kind' | 'entry'>,
  served: boolean,
  refund?: RateCorrection,
): void {
  const { tenant, priority, variant } = entry;
  const charge = kind === 'line' && !served ? { tenant, priority, variant, charge: -entry.charge } : undefined;
  enqueue(pool, { type: 'finish', claim, charge, rate: refund });
}
