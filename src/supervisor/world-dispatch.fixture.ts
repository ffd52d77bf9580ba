import type { Dispatch } from './effects.ts';

/** The work of a world's replicas. */
export interface WorldDispatch {
  readonly dispatch: Dispatch;
  /** Requests running on each replica; `close` resolves when they are 0. */
  readonly inFlight: Map<string, number>;
  readonly open: Set<string>;
  /** Whose engine was said to end, and how, each time. */
  readonly ended: [replica: string, ending: 'asked' | 'unasked'][];
  finishRequests(this: void, name: string): void;
}

/** `isUp` is whether an engine could be opened. */
export function createWorldDispatch(
  isUp: (name: string) => boolean,
  rule: (isKept: boolean, broken: string) => void,
): WorldDispatch {
  const inFlight = new Map<string, number>();
  const open = new Set<string>();
  const ended: WorldDispatch['ended'] = [];
  const idlers = new Map<string, () => void>();

  const dispatch: Dispatch = {
    open(replica) {
      rule(isUp(replica) && !open.has(replica), `${replica} is opened in vain`);
      open.add(replica);
    },
    close(replica) {
      rule(open.delete(replica), `${replica} is closed twice`);
      if ((inFlight.get(replica) ?? 0) === 0) return Promise.resolve();
      return new Promise((resolve) => {
        idlers.set(replica, resolve);
      });
    },
    end(replica, ending) {
      rule(!open.has(replica), `${replica} ends while it is open`);
      ended.push([replica, ending]);
    },
    inFlight: (replica) => inFlight.get(replica) ?? 0,
  };

  return {
    dispatch,
    inFlight,
    open,
    ended,
    finishRequests(name) {
      inFlight.set(name, 0);
      idlers.get(name)?.();
      idlers.delete(name);
    },
  };
}
