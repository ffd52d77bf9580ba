import { delay, type Clock } from '../../../src/telemetry/index.ts';
import { killAll } from '../engine/endings.ts';
import { isAlive, type Engine } from '../engine/engine.ts';
import type { World } from '../world/world.ts';

/** As `src/supervisor/group/sweep.ts` has it. */
const SWEEP_MS_MAX = 10_000;
const SWEEP_POLL_MS = 20;

/** Kills what the record of an earlier node names, and waits until it is gone. Rejects if something stays. */
export async function sweep(world: World, clock: Clock, record: Set<Engine>): Promise<void> {
  for (const engine of record) {
    const untilMs = clock.nowMs() + SWEEP_MS_MAX;
    if (isAlive(engine)) killAll(world, engine);
    while (isAlive(engine)) {
      if (clock.nowMs() >= untilMs) throw new Error(`processes of ${engine.order.name} do not die; reboot the host`);
      await delay(clock, SWEEP_POLL_MS);
    }
  }
  record.clear();
}
