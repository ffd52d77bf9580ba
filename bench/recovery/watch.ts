import { readFileSync } from 'node:fs';
import { nowUnixMicroseconds } from '../overhead/clock.ts';
import { isAlive, type ProcessStat } from '../overhead/proc.ts';

/** Pause between two looks: what the moments below are late by at most, on an idle core. */
const LOOK_EVERY_MS = 1;

/** What is seen from outside of an engine's end and its successor's start, unix milliseconds. */
export interface Seen {
  /** No process of the old engine is left: its card is free. */
  readonly goneMs: number;
  /** The new leader's process. */
  readonly spawnedMs: number;
}

/** Watches until the engine of `replica` has gone, and its successor is spawned. Throws when `signal` aborts. */
export async function watchSuccession(
  node: number,
  replica: string,
  old: readonly ProcessStat[],
  signal: AbortSignal,
): Promise<Seen> {
  const before = new Set(childrenOf(node));
  let goneMs: number | undefined;
  let spawnedMs: number | undefined;
  while (goneMs === undefined || spawnedMs === undefined) {
    signal.throwIfAborted();
    if (goneMs === undefined && !old.some(isAtWork)) goneMs = nowUnixMicroseconds() / 1000;
    if (spawnedMs === undefined && childrenOf(node).some((it) => !before.has(it) && isEngineOf(it, replica)))
      spawnedMs = nowUnixMicroseconds() / 1000;
    await Bun.sleep(LOOK_EVERY_MS);
  }
  return { goneMs, spawnedMs };
}

/** A zombie's work is over; only its parent has not looked. */
const isAtWork = (it: ProcessStat): boolean => isAlive(it) && !/^\d+ \(.*\) [ZX]/s.test(read(`/proc/${it.pid}/stat`));

/** Children of the node's main thread, which starts all engines (proc_tid_children(5)). */
const childrenOf = (pid: number): readonly string[] =>
  read(`/proc/${pid}/task/${pid}/children`)
    .split(' ')
    .filter((it) => it !== '');

/** An engine's leader names its socket, which names its replica. */
function isEngineOf(pid: string, replica: string): boolean {
  const command = read(`/proc/${pid}/cmdline`);
  return command.includes('sim-engine\0serve') && command.includes(`/${replica}.sock`);
}

function read(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return ''; // it ended meanwhile
  }
}
