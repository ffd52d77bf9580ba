import type { LastExit } from '../fleet.ts';
import { policy } from './policy.fixture.ts';
import { NEVER_STARTED, type ReplicaEvent, type Timer } from './stage.ts';
import { step } from './state.ts';
import type { Step } from './step.ts';

export const capacity = { kvTokens: 60_000, sequencesMax: 256 };
export const exit: LastExit = { cause: 'killed', code: null, signal: 'SIGKILL', advice: 'look', atUnixMs: 1 };
export const life = 1;

export const granted = { on: 'card_granted', life } as const;
export const proven = { on: 'card_proven', life } as const;
export const answering = { on: 'answering', life } as const;
export const warm = { on: 'warm', life, capacity } as const;
export const idle = { on: 'idle', life } as const;
export const exited = { on: 'exited', life } as const;
export const gone = { on: 'gone', life, exit, from: 'signal', atMs: 0 } as const;
export const unspawned = { on: 'unspawned', life, exit, atMs: 0 } as const;
export const coreLost = { on: 'core_lost', life, process: { pid: 501, comm: 'VLLM::EngineCor' } } as const;
export const stalled = { on: 'verdict', life, verdict: { is: 'stalled', forMs: 30_000 } } as const;
export const elapsed = (timer: Timer) => ({ on: 'elapsed', life, timer }) as const;

/** Where a replica is after some events, and the effects of the last of them. */
export function after(...events: readonly ReplicaEvent[]): Step {
  let result: Step = { replica: NEVER_STARTED, effects: [] };
  for (const event of events) result = step(result.replica, event, policy);
  return result;
}

export const toProving = [{ on: 'restart' }, granted] as const;
export const toStarting = [...toProving, proven] as const;
export const toWarming = [...toStarting, answering] as const;
export const toReady = [...toWarming, warm] as const;
export const toLeaving = [...toReady, { on: 'stop' }] as const;
export const toDraining = [...toLeaving, granted] as const;
export const toStopping = [...toDraining, idle] as const;

export const stageAfter = (...events: readonly ReplicaEvent[]) => after(...events).replica.stage.in;
export const doneAfter = (...events: readonly ReplicaEvent[]) => after(...events).effects.map((effect) => effect.do);

/** From a break of one life to the ready time of the next. */
export const again = (number: number) =>
  [
    { on: 'elapsed', life: number, timer: 'backoff' },
    { ...granted, life: number + 1 },
    { ...proven, life: number + 1 },
    { ...answering, life: number + 1 },
    { ...warm, life: number + 1 },
  ] as const;
