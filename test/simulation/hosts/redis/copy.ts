import type { Machine } from '../../../../src/queue/machine/index.ts';

/** All that a replica of Redis knows: everything but the time and who listens. */
export function copyOf(machine: Machine): Machine {
  const { clockUs, bell, ...kept } = machine;
  return { ...structuredClone(kept), clockUs, bell };
}
