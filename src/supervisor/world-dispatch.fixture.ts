import type { Capacity } from '../health/index.ts';
import type { Dispatch } from './effects.ts';

/** The work of a world's replicas. */
export interface WorldDispatch {
  readonly dispatch: Dispatch;
  /** Requests running on each replica; `close` resolves when they are 0. */
  readonly inFlight: Map<string, number>;
  readonly open: Set<string>;
  /** What each was opened with last: its share of its capacity. */
  readonly openings: Map<string, Capacity>;
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
  const openings = new Map<string, Capacity>();
  const ended: WorldDispatch['ended'] = [];
  const idlers = new Map<string, () => void>();

  const dispatch: Dispatch = {
    open(replica, _pool, { kvTokens, sequencesMax }, _model, share) {
      const capacity = { kvTokens: Math.floor(kvTokens * share), sequencesMax: Math.floor(sequencesMax * share) };
      const isNew = !open.has(replica) || openings.get(replica)?.kvTokens !== capacity.kvTokens;
      rule(isUp(replica) && isNew, `${replica} is opened in vain`);
      open.add(replica);
      openings.set(replica, capacity);
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
    openings,
    ended,
    finishRequests(name) {
      inFlight.set(name, 0);
      idlers.get(name)?.();
      idlers.delete(name);
    },
  };
}
