import type { Clock } from '../../telemetry/index.ts';
import { createTimers } from '../timers.ts';
import type { Hands } from './hands.ts';
import type { Neighbours } from './neighbours.ts';
import type { MoveStage, RolloutRecord } from './record.ts';
import type { Move } from './request.ts';
import type { Outcome, RolloutEffect, RolloutEvent, RolloutTimer } from './step.ts';

export interface WorkerRooms {
  readonly hands: Hands;
  readonly neighbours: Neighbours;
  readonly clock: Clock;
}

/** Has effects done, and sends what came of them. */
export interface Worker {
  /** `rollout` is the one that asks for it. */
  perform(effect: RolloutEffect, rollout: RolloutRecord): void;
  /** Something has changed among the replicas: a move that waits for its card to leave serves on where too few others do now. */
  look(rollout: RolloutRecord): void;
  /** Nothing is sent any more. */
  stop(): void;
}

const LEAVING: ReadonlySet<MoveStage> = new Set(['draining', 'revert_draining']);

export function createWorker(
  moves: readonly Move[],
  { hands, neighbours, clock }: WorkerRooms,
  send: (event: RolloutEvent) => void,
): Worker {
  const timers = createTimers<RolloutTimer>(clock);
  let current = new AbortController();
  /** What leaves now does so however few others serve. */
  let isRegardless = false;

  /** The one thing of now that takes time: what came of the one before it is of no interest any more. */
  function begin(at: number, stage: MoveStage, act: (signal: AbortSignal) => Promise<Outcome>): void {
    current.abort();
    const { signal } = (current = new AbortController());
    void act(signal)
      .catch((error: unknown): Outcome => ({ on: 'failed', cause: String(error) }))
      .then((outcome) => signal.aborted || send({ at, stage, ...outcome }));
  }

  function keep(at: number, stage: MoveStage, move: Move): void {
    if (hands.keep(move)) send({ on: 'kept', at, stage });
  }

  function perform(effect: RolloutEffect, stage: MoveStage, move: Move): void {
    const { at } = effect;
    switch (effect.do) {
      case 'find_room':
        return begin(at, stage, () => hands.findRoom(move));
      case 'take_down':
        isRegardless = effect.regardless;
        return begin(at, stage, () => hands.takeDown(move, effect.regardless));
      case 'start_closed':
        return begin(at, stage, () => hands.startClosed(move));
      case 'start_old':
        return begin(at, stage, () => hands.startOld(move));
      case 'evaluate':
      case 'judge':
        return begin(at, stage, (signal) => hands.check(move, effect.do, signal));
      case 'keep':
        return keep(at, stage, move);
      case 'forget':
        return hands.forget(move);
      case 'open':
        return hands.open(move, effect.share);
      case 'wake':
        return timers.set(effect.timer, effect.afterMs, () => send({ on: 'elapsed', at, timer: effect.timer }));
    }
  }

  return {
    perform(effect, rollout) {
      const move = moves[effect.at];
      const stage = rollout.moves[effect.at]?.stage;
      if (move !== undefined && stage !== undefined) perform(effect, stage, move);
    },
    look(rollout) {
      const at = rollout.moves.findIndex(({ stage }) => LEAVING.has(stage));
      const move = moves[at];
      const stage = rollout.moves[at]?.stage;
      if (move === undefined || stage === undefined || isRegardless) return;
      if (neighbours.isCrowded(move)) keep(at, stage, move);
    },
    stop() {
      timers.cancelAll();
      current.abort();
    },
  };
}
