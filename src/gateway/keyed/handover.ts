/** Hands pieces from one loop to another, one at a time, until the taker has enough. */
interface Handover {
  /** Resolves once the piece is taken, or nobody takes any more. */
  give(piece: Uint8Array): Promise<void>;
  /** There are no more. */
  end(): void;
  /** Nobody takes any more. */
  leave(): void;
  readonly pieces: AsyncIterable<Uint8Array>;
}

const nobody = (): void => undefined;

/** One giver, one taker. A taker that stops its loop leaves. */
export function createHandover(): Handover {
  let waiting: Uint8Array | undefined;
  let over = false;
  let taken = nobody;
  let given = nobody;

  const finish = (): void => {
    over = true;
    taken();
    given();
  };

  async function* take(): AsyncGenerator<Uint8Array> {
    try {
      for (;;) {
        const piece = waiting;
        waiting = undefined;
        taken();
        if (piece !== undefined) yield piece;
        else if (over) return;
        else await new Promise<void>((resolve) => (given = resolve));
      }
    } finally {
      finish();
    }
  }

  return {
    async give(piece) {
      if (over) return;
      waiting = piece;
      given();
      await new Promise<void>((resolve) => (taken = resolve));
    },
    end: finish,
    leave: finish,
    pieces: take(),
  };
}
