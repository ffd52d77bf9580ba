/** Bytes of an answer that come as time goes on. */
export interface Body {
  readonly bytes: AsyncIterable<Uint8Array>;
  push(text: string): void;
  end(): void;
  /** The connection breaks: whoever reads on gets an error. */
  fail(): void;
}

type Piece = IteratorResult<Uint8Array, undefined> | 'broken';

const DONE: IteratorReturnResult<undefined> = { done: true, value: undefined };

/** A body; `left` is called when its reader wants no more of it. */
export function createBody(left: () => void): Body {
  const pieces: Piece[] = [];
  let wake: (() => void) | undefined;

  function add(piece: Piece): void {
    pieces.push(piece);
    wake?.();
  }

  async function next(): Promise<IteratorResult<Uint8Array, undefined>> {
    while (pieces.length === 0) {
      await new Promise<void>((resolve) => {
        wake = resolve;
      });
    }
    const piece = pieces[0] ?? DONE;
    if (piece === 'broken') throw new Error('ECONNRESET');
    if (piece.done !== true) pieces.shift(); // what ends it stays
    return piece;
  }

  function leave(): Promise<IteratorResult<Uint8Array, undefined>> {
    left();
    return Promise.resolve(DONE);
  }

  return {
    bytes: { [Symbol.asyncIterator]: () => ({ next, return: leave }) },
    push: (text) => add({ done: false, value: Buffer.from(text) }),
    end: () => add(DONE),
    fail: () => add('broken'),
  };
}
