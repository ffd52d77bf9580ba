import type { ReplicaPlan } from '../../engine/index.ts';
import type { SupervisorEffects } from '../effects.ts';
import type { LastExit } from '../fleet.ts';

/**
 * Whether somebody listens where this replica's engine should. Left alone, that stranger would answer our probes and
 * get our traffic, while the engine fails to bind.
 */
export function portTaken(
  { replica: { name, port } }: ReplicaPlan,
  { processes, unixMs }: Pick<SupervisorEffects, 'processes' | 'unixMs'>,
): LastExit | undefined {
  const holder = port === undefined ? undefined : processes.holderOf(port);
  if (holder === undefined) return undefined;
  const { pid, name: comm } = holder;
  const who = pid === undefined ? 'a process of another user' : `${comm ?? 'a process'} (pid ${pid})`;
  const advice = `Port ${port} is held by ${who}; end it, or give ${name} another port.`;
  return { cause: 'address_in_use', code: null, signal: null, advice, atUnixMs: unixMs() };
}
