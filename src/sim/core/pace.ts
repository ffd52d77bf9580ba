/** Simulated time of a start. */
export interface Pace {
  /** Waits until this share of the start is over; a share that is past costs nothing, so that slow steps do not add up. */
  until(share: number): Promise<void>;
  /** Everything after this comes so much later. */
  delay(simulatedMs: number): Promise<void>;
  /** Simulated seconds since the start began. */
  elapsedS(): number;
}

/** `startMs` is simulated; `speed` is simulated time per real time. */
export function createPace({ startMs, speed }: { readonly startMs: number; readonly speed: number }): Pace {
  const begunMs = performance.now();
  let delayMs = 0;
  let share = 0;
  const sleepUntil = async (simulatedMs: number) => {
    const leftMs = begunMs + simulatedMs / speed - performance.now();
    if (leftMs > 0) await Bun.sleep(leftMs);
  };
  return {
    async until(next) {
      share = next;
      await sleepUntil(startMs * share + delayMs);
    },
    async delay(simulatedMs) {
      delayMs += simulatedMs;
      await sleepUntil(startMs * share + delayMs);
    },
    elapsedS: () => ((performance.now() - begunMs) * speed) / 1000,
  };
}
