import type { RunningNode } from '../node/start.ts';
import { nowUnixMicroseconds } from '../overhead/clock.ts';
import { descendants, readStat } from '../overhead/proc.ts';
import { waitFor } from '../overhead/wait.ts';
import type { Case } from './cases.ts';
import { listenedAt, toldIn } from './log.ts';
import { keepBusy, type Streams } from './streams.ts';
import { watchSuccession } from './watch.ts';

/** What one recovery took, in milliseconds. */
export interface Recovery {
  /** From the signal to the replica's leaving `ready`. */
  readonly noticedMs: number;
  /** From the signal to the first error event at a client; absent where no stream ran. */
  readonly toldMs: number | undefined;
  /** From the last process of the old engine to the first of the new one. */
  readonly respawnMs: number;
  /** From the signal to the new engine's process. */
  readonly spawnedMs: number;
  /** From the new engine's word that it listens to `ready`: what a recovery takes beyond the engine's own start. */
  readonly openedMs: number;
  /** From the signal to `ready`, the engine's own start included. */
  readonly totalMs: number;
}

const READY_LIMIT_MS = 60_000;
/** The restart before has earned its credit back, and the replica is idle. */
const REST_MS = 300;
/** More than one engine says until it listens. */
const OUTPUT_LINES = 150;

/** Ends one engine and measures its return. Throws when it does not return. */
export async function measureRecovery(
  node: RunningNode,
  replica: string,
  { part, signal: name, load }: Case,
  signal: AbortSignal,
): Promise<Recovery> {
  await node.allReady(READY_LIMIT_MS);
  await Bun.sleep(REST_MS);
  const streams = load === 'busy' ? keepBusy(node.url) : undefined;
  try {
    const isLoaded = () => Promise.resolve(streams === undefined || streams.runOn(replica));
    await waitFor(`streams run on ${replica}`, isLoaded, READY_LIMIT_MS, signal);
    const { leader, core } = await engineOf(node, replica);
    const succession = watchSuccession(node.pid, replica, [leader, core], signal);
    const atMs = nowUnixMicroseconds() / 1000;
    process.kill(part === 'leader' ? leader.pid : core.pid, name);
    const { goneMs, spawnedMs } = await succession;
    return await recoveryOf(node, replica, { atMs, goneMs, spawnedMs, streams }, signal);
  } finally {
    await streams?.stop();
  }
}

interface Moments {
  readonly atMs: number;
  readonly goneMs: number;
  readonly spawnedMs: number;
  readonly streams: Streams | undefined;
}

/** Waits for the rest of a recovery, and puts its moments together. */
async function recoveryOf(
  node: RunningNode,
  replica: string,
  { atMs, goneMs, spawnedMs, streams }: Moments,
  signal: AbortSignal,
): Promise<Recovery> {
  const told = async () => toldIn(await node.log(), replica, atMs);
  const isBack = async () => (await told()).readyMs !== undefined;
  await waitFor(`${replica} is ready again`, isBack, READY_LIMIT_MS, signal);
  const { noticedMs, readyMs } = await told();
  const output = await node.command('logs', replica, '--json', '-n', String(OUTPUT_LINES));
  const listensMs = listenedAt(output, spawnedMs);
  if (noticedMs === undefined || readyMs === undefined || listensMs === undefined)
    throw new Error(
      `${replica} is back, and its log does not say how: ${JSON.stringify({ noticedMs, readyMs, listensMs })}`,
    );
  const brokenMs = streams?.brokenAt(replica, atMs);
  return {
    noticedMs: noticedMs - atMs,
    toldMs: brokenMs === undefined ? undefined : brokenMs - atMs,
    respawnMs: spawnedMs - goneMs,
    spawnedMs: spawnedMs - atMs,
    openedMs: readyMs - listensMs,
    totalMs: readyMs - atMs,
  };
}

async function engineOf(node: RunningNode, replica: string) {
  const pid = (await node.status()).replicas.find((it) => it.name === replica)?.pid ?? undefined;
  const core = pid === undefined ? undefined : descendants(pid).find((it) => it.name.startsWith('VLLM::EngineCor'));
  if (pid === undefined || core === undefined) throw new Error(`${replica} has no engine`);
  return { leader: readStat(pid), core };
}
