import type { OperationResult } from './supervisor.ts';

/** What a reload is at on a replica, in the words of a refusal. */
export type Change = 'added' | 'replaced' | 'removed';

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
  /** Begins a change, and refuses every other operation on that replica until it has ended. */
  change(name: string, change: Change, operation: Operation): Promise<OperationResult>;
}

export const STOPPING: OperationResult = { ok: false, message: 'this node is stopping' };

export function createAdmission(): Admission {
  const changing = new Map<string, Change>();
  let isStopping = false;

  function refusal(name: string): OperationResult | undefined {
    if (isStopping) return STOPPING;
    const change = changing.get(name);
    if (change === undefined) return undefined;
    return { ok: false, message: `${name} is being ${change} by a reload; wait for it` };
  }

  return {
    isStopping: () => isStopping,
    close: () => void (isStopping = true),
    async operate(name, operation) {
      await Promise.resolve();
      return refusal(name) ?? operation();
    },
    async change(name, change, operation) {
      await Promise.resolve();
      const refused = refusal(name);
      if (refused !== undefined) return refused;
      changing.set(name, change);
      try {
        return await operation();
      } finally {
        changing.delete(name);
      }
    },
  };
}
