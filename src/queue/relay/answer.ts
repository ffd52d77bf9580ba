/** An answer's body between the frames it comes in and the one who reads it. */
export interface Answer {
  readonly body: AsyncIterable<Uint8Array>;
  put(bytes: Uint8Array): void;
  /** All of it was put. */
  end(): void;
  /** No more will come: throws at the reader once it has read what is here. */
  fail(cause: Error): void;
}

interface AnswerActions {
  /** So many bytes more were handed to the reader. */
  taken(bytes: number): void;
  /** The reader went before the end. */
  left(): void;
}

/** One reader; pull-driven: whatever it does not ask for stays here, within the window its sender keeps to. */
export function createAnswer(act: AnswerActions): Answer {
  const pieces: Uint8Array[] = [];
  let state: 'open' | 'ended' | Error = 'open';
  let wake: () => void = () => undefined;

  async function next(): Promise<IteratorResult<Uint8Array, undefined>> {
    if (pieces.length === 0 && state === 'open') {
      await new Promise<void>((resolve) => (wake = resolve));
      return next();
    }
    const value = pieces.shift();
    if (value !== undefined) {
      act.taken(value.byteLength);
      return { done: false, value };
    }
    if (state instanceof Error) throw state;
    return { done: true, value: undefined };
  }

  function settle(as: 'ended' | Error): void {
    if (state === 'open') state = as;
    wake();
  }

  return {
    body: {
      [Symbol.asyncIterator]: () => ({
        next,
        return() {
          const early = state === 'open' || pieces.length > 0;
          settle('ended');
          pieces.length = 0;
          if (early) act.left();
          return Promise.resolve({ done: true, value: undefined });
        },
      }),
    },
    put(bytes) {
      if (state !== 'open' || bytes.byteLength === 0) return;
      pieces.push(bytes);
      wake();
    },
    end: () => settle('ended'),
    fail: settle,
  };
}
