import { createLog, createMetrics, type LeveledLog, type Log } from '../telemetry/index.ts';
import { buildInfo } from './build-info.ts';
import { prepareDirectories } from './directories.ts';
import { readNodeId } from './identity.ts';
import type { Start } from './kept/choose-start.ts';
import { lockDirectory, type NodeLock } from './lock.ts';
import { openNode, type Node } from './node.ts';
import { RedisUnavailableError } from './redis.ts';
import { listenToSignals } from './signals.ts';
import { createNotifier, type Notifier } from './systemd/index.ts';

/** How a node's life went. */
export type ServeOutcome =
  | 'stopped' // it was told to
  | 'locked' // another node has the state directory; it may be gone later
  | 'no_redis' // nothing to queue in
  | 'failed'; // the log says why

/** Runs a node until it is told to stop. Resolves once nothing of it is left. */
export async function serveNode(start: Start): Promise<ServeOutcome> {
  const { config } = start.run;
  const notifier = createNotifier(process.env);
  const log = createLog(config.telemetry.logLevel);
  log.info({ version: buildInfo.version, commit: buildInfo.commit, config: config.source }, 'starting');
  try {
    prepareDirectories(config.paths);
    const locks = lockAll([config.paths.state, config.paths.runtime], log);
    if (locks === undefined) return 'locked';
    await serveUntilStopped(start, log, notifier);
    locks.forEach((it) => it.release());
    return 'stopped';
  } catch (error) {
    log.error({ err: error }, 'the node cannot run');
    return error instanceof RedisUnavailableError ? 'no_redis' : 'failed';
  }
}

/** All of them, or none and a word about the one that another node has. */
function lockAll(directories: readonly string[], log: Log): readonly NodeLock[] | undefined {
  const locks: NodeLock[] = [];
  for (const directory of directories) {
    const lock = lockDirectory(directory);
    if (lock === undefined) {
      log.error(`another ssw-infer uses ${directory}; stop it, or give this one other paths`);
      locks.forEach((it) => it.release());
      return undefined;
    }
    locks.push(lock);
  }
  return locks;
}

async function serveUntilStopped(start: Start, log: LeveledLog, notifier: Notifier): Promise<void> {
  const { config } = start.run;
  const hurry = new AbortController();
  const stop = Promise.withResolvers<void>();
  let stops = 0;
  let node: Node | undefined;
  const ignoreSignals = listenToSignals({
    stop() {
      stops += 1;
      stop.resolve();
      if (stops > 1) hurry.abort();
    },
    reload: () => void node?.reload(),
    dumpState: () => void node?.dumpState(),
    reopenLogs: () => log.info('the log goes to standard error; there is no file to open again'),
  });
  try {
    const metrics = createMetrics();
    metrics.buildInfo.set({ version: buildInfo.version, commit: buildInfo.commit, bun: buildInfo.bun }, 1);
    const nodeName = config.node.name ?? (await readNodeId(config.paths.state, () => crypto.randomUUID()));
    node = await openNode({ start, nodeName, log, metrics, notifier, hurry: hurry.signal });
    if (stops === 0) await Promise.race([node.startEngines().then(() => stop.promise), stop.promise]);
  } finally {
    await node?.[Symbol.asyncDispose]();
    ignoreSignals();
  }
}
