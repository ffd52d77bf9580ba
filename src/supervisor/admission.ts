import type { OperationResult } from './supervisor.ts';

type Operation = () => Promise<OperationResult>;

/**
 * Which operations may begin. Each begins in a later turn than it was asked for, never inside a transition: a wish it
 * sends first thing has been taken when `send` returns, and nothing comes between that and the answer of this gate.
 */
export interface Admission {
  isStopping(): boolean;
  /** The node stops: nothing begins any more. */
  close(): void;
  /** Begins an operator's operation. */
  operate(name: string, operation: Operation): Promise<OperationResult>;
  /** A rollout is at work on it: every operation is refused until what this answers with is called. */
  hold(name: string): () => void;
}

const STOPPING: OperationResult = { ok: false, message: 'this node is stopping' };

export function createAdmission(): Admission {
  const held = new Set<string>();
  let isStopping = false;

  function refusal(name: string): OperationResult | undefined {
    if (isStopping) return STOPPING;
    return held.has(name) ? { ok: false, message: `${name} is being moved by a rollout; wait for it` } : undefined;
  }

  return {
    isStopping: () => isStopping,
    close: () => void (isStopping = true),
    async operate(name, operation) {
      await Promise.resolve();
      return refusal(name) ?? operation();
    },
    hold(name) {
      held.add(name);
      return () => void held.delete(name);
    },
  };
}
