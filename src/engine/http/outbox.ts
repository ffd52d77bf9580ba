/** Where bytes go. `write` takes what the kernel has room for, and answers how much; below 0 it is closed. */
interface Sink {
  write(bytes: Uint8Array, offset: number, length: number): number;
}

/** What is still to be sent of a request. */
interface Outbox {
  /** Forgets what is left of the one before. */
  fill(pieces: readonly Uint8Array[]): void;
  /** Sends as much as is taken now. Answers `false` where the sink is closed. */
  sendTo(sink: Sink): boolean;
  isEmpty(): boolean;
}

export function createOutbox(): Outbox {
  let unsent: readonly Uint8Array[] = [];
  let sentBytes = 0; // of the first of them

  return {
    fill(pieces) {
      unsent = pieces;
      sentBytes = 0;
    },
    sendTo(sink) {
      for (let [piece] = unsent; piece !== undefined; [piece] = unsent) {
        // Without the length, which Bun's types do not ask for, it throws (1.4.5).
        const written = sink.write(piece, sentBytes, piece.byteLength - sentBytes);
        if (written < 0) return false;
        sentBytes += written;
        if (sentBytes < piece.byteLength) return true;
        unsent = unsent.slice(1);
        sentBytes = 0;
      }
      return true;
    },
    isEmpty: () => unsent.length === 0,
  };
}
