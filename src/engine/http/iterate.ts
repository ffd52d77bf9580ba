import type { BodyFlow } from '../protocol.ts';

type Next = IteratorResult<Uint8Array, undefined>;

const DONE: Next = { done: true, value: undefined };

/** Reads a flow piece by piece, each when it is asked for. */
export function iterate(flow: BodyFlow): AsyncIterator<Uint8Array, undefined> {
  return {
    next: () =>
      new Promise<Next>((resolve, reject) => {
        flow.resume({
          data(value) {
            flow.pause();
            resolve({ done: false, value });
          },
          end: () => resolve(DONE),
          broke: reject,
        });
      }),
    return() {
      flow.leave();
      return Promise.resolve(DONE);
    },
  };
}
