import type { Passive, QueueEffects } from '../effects.ts';
import type { Outcome } from '../ticket.ts';

/** A replica is told to be at work so often by each execution. */
const FLOWING_EVERY_MS = 1_000;

/** What each way to end tells of the engine; a client that left tells nothing. */
const TELLS: Readonly<Record<Outcome, Passive | undefined>> = {
  completed: 'answered',
  engine_declined: 'declined',
  client_gone: undefined,
  engine_unreached: 'reset',
  engine_died: 'reset',
  connection_broke: 'reset',
  engine_aborted: 'aborted',
  engine_error: 'server_error',
};

/** Tells on what one execution sees of its engine: call for all bytes of its answer. */
export function createWitness(replica: string, { clock, heard }: Pick<QueueEffects, 'clock' | 'heard'>): () => void {
  let flowingAtMs = -Infinity;
  return () => {
    const nowMs = clock.nowMs();
    if (nowMs - flowingAtMs < FLOWING_EVERY_MS) return;
    flowingAtMs = nowMs;
    heard(replica, 'flowing');
  };
}

/** Tells how it ended there. */
export function tellEnd(replica: string, outcome: Outcome, { heard }: Pick<QueueEffects, 'heard'>): void {
  const passive = TELLS[outcome];
  if (passive) heard(replica, passive);
}
