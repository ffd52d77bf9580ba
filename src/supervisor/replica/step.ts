import type { RestartConfig } from '../../config/index.ts';
import type { Capacity } from '../../health/index.ts';
import type { Replica, ReplicaEffect, Stage } from './stage.ts';

/** What one event came to. */
export interface Step {
  readonly replica: Replica;
  readonly effects: readonly ReplicaEffect[];
}

export function to(replica: Replica, stage: Stage, ...effects: readonly ReplicaEffect[]): Step {
  return { replica: { ...replica, stage }, effects };
}

export function unchanged(replica: Replica, ...effects: readonly ReplicaEffect[]): Step {
  return { replica, effects };
}

/** A new life, in line for the card. */
export function started(replica: Replica, ...before: readonly ReplicaEffect[]): Step {
  const next = { ...replica, life: replica.life + 1 };
  return to(next, { in: 'waiting_for_card', for: 'turn' }, ...before, { do: 'request_card', use: 'start' });
}

/** Open for traffic. */
export function opened(
  replica: Replica,
  capacity: Capacity,
  policy: RestartConfig,
  ...before: readonly ReplicaEffect[]
): Step {
  const stage: Stage = { in: 'ready', capacity, leaving: undefined };
  return to(replica, stage, ...before, opening(replica, capacity), healthy(policy));
}

/** It is given work, up to its share of its capacity. */
export function opening({ share }: Replica, capacity: Capacity): ReplicaEffect {
  return share === 1 ? { do: 'open', capacity } : { do: 'open', capacity, share };
}

/** What tells that a replica was ready for long enough to earn an ending back. */
export function healthy({ healthyAfterMs }: RestartConfig): ReplicaEffect {
  return { do: 'wake', timer: 'healthy', afterMs: healthyAfterMs };
}
