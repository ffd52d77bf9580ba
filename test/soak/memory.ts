import { percentile } from '../../bench/overhead/load/samples.ts';
import { readResidentBytes } from '../../bench/overhead/proc.ts';

/** A process's memory in some time. It is a saw of garbage and its collection: the middle of it tells most. */
export interface MemoryRange {
  readonly leastBytes: number;
  readonly medianBytes: number;
  readonly mostBytes: number;
}

const EVERY_MS = 50;

/** Reads a process's memory while `work` goes on. */
export async function memoryDuring<Result>(
  pid: number,
  work: Promise<Result>,
): Promise<{ readonly result: Result; readonly range: MemoryRange }> {
  const readings = [readResidentBytes(pid)];
  const timer = setInterval(() => readings.push(readResidentBytes(pid)), EVERY_MS);
  try {
    const result = await work;
    const sorted = readings.toSorted((a, b) => a - b);
    const [leastBytes, medianBytes, mostBytes] = [
      percentile(sorted, 0),
      percentile(sorted, 0.5),
      percentile(sorted, 1),
    ];
    return { result, range: { leastBytes, medianBytes, mostBytes } };
  } finally {
    clearInterval(timer);
  }
}
