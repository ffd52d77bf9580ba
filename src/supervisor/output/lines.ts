/** Longest line that is kept; a longer one is cut into several. journald's own limit is 48 KiB. */
export const LINE_BYTES_MAX = 16_384;

const LINE_FEED = 0x0a;
const CARRIAGE_RETURN = 0x0d;

/** Cuts a stream of bytes into lines. */
export interface LineSplitter {
  push(bytes: Uint8Array): void;
  /** The stream is over: what is left is a line too. */
  end(): void;
}

/**
 * Lines end with `\n`, `\r\n` or `\r`: progress bars rewrite theirs with the last. Empty lines are dropped. What
 * `onLine` gets is valid during the call only.
 */
export function createLineSplitter(onLine: (line: Uint8Array) => void): LineSplitter {
  const line = new Uint8Array(LINE_BYTES_MAX);
  let length = 0;

  function flush(): void {
    if (length === 0) return;
    const whole = line.subarray(0, length);
    length = 0;
    onLine(whole);
  }

  return {
    push(bytes) {
      for (const byte of bytes) {
        if (byte === LINE_FEED || byte === CARRIAGE_RETURN) {
          flush();
          continue;
        }
        line[length] = byte;
        length += 1;
        if (length === LINE_BYTES_MAX) flush();
      }
    },
    end: flush,
  };
}
