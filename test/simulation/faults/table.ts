import { ENGINE_FAULTS } from './engines.ts';
import { HOST_FAULTS } from './host.ts';
import { OPERATOR_FAULTS } from './operator.ts';
import type { Fault } from './scene.ts';

/** Everything that may happen, by name. */
export const FAULTS: ReadonlyMap<string, Fault> = new Map<string, Fault>(
  Object.entries({ ...ENGINE_FAULTS, ...HOST_FAULTS, ...OPERATOR_FAULTS }),
);
