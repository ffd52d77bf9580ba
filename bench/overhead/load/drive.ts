import { readResidentBytes, readStat } from '../proc.ts';
import { gather } from './crowd.ts';
import type { Job, Measurement } from './job.ts';
import { createTally } from './tally.ts';

/** How long answers that run at the window's end may go on. */
const DRAIN_LIMIT_MS = 10_000;

/** Puts the load on, measures one window of it, and waits for the last answers. */
export async function drive(job: Job): Promise<Measurement> {
  const tally = createTally();
  const crowd = gather(job, tally);
  try {
    crowd.begin(job.rampMs);
    await Bun.sleep(job.warmUpMs);
    const cpuBefore = job.pids.map((pid) => readStat(pid).cpuSeconds);
    const openedMs = performance.now();
    tally.open();
    await Bun.sleep(job.windowMs);
    tally.close();
    const windowSeconds = (performance.now() - openedMs) / 1000;
    const processes = job.pids.map((pid, index) => ({
      cpuSeconds: readStat(pid).cpuSeconds - (cpuBefore[index] ?? 0),
      residentBytes: readResidentBytes(pid),
    }));
    await Promise.race([crowd.end(), Bun.sleep(DRAIN_LIMIT_MS)]);
    if (crowd.asking > 0) tally.fault(`${crowd.asking} answers were not whole ${DRAIN_LIMIT_MS} ms after the window`);
    return { windowSeconds, ...tally.counts(), processes };
  } finally {
    crowd.close();
  }
}
