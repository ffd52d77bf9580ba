/** Pause between two looks. */
const LOOK_AGAIN_MS = 20;

/** Waits until `condition` holds. Throws with `what` after `limitMs`, and when `signal` aborts. */
export async function waitFor(
  what: string,
  condition: () => Promise<boolean>,
  limitMs: number,
  signal: AbortSignal,
): Promise<void> {
  const deadlineMs = performance.now() + limitMs;
  while (!(await condition())) {
    signal.throwIfAborted();
    if (performance.now() > deadlineMs) throw new Error(`not within ${limitMs / 1000} s: ${what}`);
    await Bun.sleep(LOOK_AGAIN_MS);
  }
}
