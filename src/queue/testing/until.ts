/** Longest wait of a test for something that should happen. */
const UNTIL_LIMIT_MS = 10_000;
const UNTIL_STEP_MS = 5;

/** Waits for a condition; throws what it waited for when it does not come. */
export async function until(what: string, condition: () => boolean | Promise<boolean>): Promise<void> {
  const endMs = performance.now() + UNTIL_LIMIT_MS;
  while (!(await condition())) {
    if (performance.now() > endMs) throw new Error(`waited in vain until ${what}`);
    await Bun.sleep(UNTIL_STEP_MS);
  }
}
