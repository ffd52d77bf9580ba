import type { StreamClient } from './relay-stream.ts';

/** Writes to a client, and knows whether it takes more. What throws is its side: it is gone. */
interface ClientWriter {
  /**
   * Answers nothing where the client keeps up, which costs no promise; else whether it took what it has in time.
   * Nothing is to be written before that.
   */
  write(bytes: Buffer): Promise<boolean> | undefined;
  /** Sends what was written. */
  flush(): void;
  /** A comment, unless the client has to take something first. To be called between two events only. */
  say(comment: string): void;
}

/** A direct stream's `write` answers with a promise exactly when the client's socket is full. */
export function createClientWriter(sink: ReadableStreamDirectController, client: StreamClient): ClientWriter {
  let isFree = true;
  async function waits(written: Promise<number>): Promise<boolean> {
    isFree = false;
    const inTime = await drains(written, client);
    isFree = true;
    return inTime;
  }
  return {
    write(bytes) {
      const written = bytes.length > 0 ? sink.write(bytes) : 0;
      return typeof written === 'number' ? undefined : waits(written);
    },
    flush: () => void sink.flush(),
    say(comment) {
      if (!isFree || client.signal.aborted) return;
      const written = sink.write(comment);
      void sink.flush();
      if (typeof written !== 'number') void waits(written);
    },
  };
}

/** Whether a full socket drains before the client counts as stalled. A socket that closes drains too. */
export function drains(written: Promise<number>, { clock, slowClientTimeoutMs }: StreamClient): Promise<boolean> {
  return new Promise((resolve) => {
    const cancel = clock.after(slowClientTimeoutMs, () => resolve(false));
    const drained = () => {
      cancel();
      resolve(true);
    };
    written.then(drained, drained);
  });
}
