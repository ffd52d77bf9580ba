import type { Engine } from './engine.ts';
import { mustSoon, type Finding } from './scenario.ts';

/** How long an engine may take from its death to its next answer: its own start is well under a second. */
export const RECOVERY_LIMIT_MS = 15_000;

/** Does `harm`, then waits until a later start of the engine answers. */
export async function comesBack(engine: Engine, harm: () => unknown, limitMs = RECOVERY_LIMIT_MS): Promise<Finding> {
  const before = engine.starts().length;
  const tookMs = await timed(async () => {
    await harm();
    await mustSoon(
      `${engine.name} did not come back`,
      limitMs,
      async () => engine.starts().length > before && (await engine.serves()),
    );
  });
  return { seconds: tookMs / 1000 };
}

/** Sends a signal to a process that has to be there. */
export function signal(pid: number | undefined, name: NodeJS.Signals): void {
  if (pid === undefined) throw new Error(`nobody to send ${name} to`);
  process.kill(pid, name);
}

async function timed(work: () => Promise<void>): Promise<number> {
  const startedMs = performance.now();
  await work();
  return performance.now() - startedMs;
}
