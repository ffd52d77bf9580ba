import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { until } from '../../support/wait.ts';
import { nowUnixMs } from './clock.ts';
import { POISON, type ExtraArgs } from './config.ts';
import type { Host } from './host.ts';
import { KINDS, type Kind } from './kinds.ts';
import { REPLICA_ON_PORT, REPLICAS, type ReplicaName } from './plan.ts';
import { ask } from './request.ts';
import type { Trace } from './trace.ts';

/** Where blows fall. */
export interface Scene {
  readonly host: Host;
  readonly trace: Trace;
  /** Goes on while the next blows fall; the storm waits for its end. */
  later(tail: Promise<void>): void;
}

type Deed = (scene: Scene, replica: ReplicaName) => Promise<void>;

const REDIS_BACK_LIMIT_MS = 20_000;
/** The guard, or the next node's sweep, has ended every engine of a killed node by then. */
const ORPHANS_LIMIT_MS = 10_000;
const PORT_HELD_MS = 1500;
const PORT_TRIES_MS = 3000;
const BAD_FILE_MS = 300;
const DRAINED_MS = 800;
const BROKEN_CONFIG_MS = 2000;
const HEALTH_DELAY_MS = 1500;
const ERROR_CHUNKS = 2;
/** Simulated seconds. */
const SLOW_START_S = 8;

/** Does one blow. Throws where the house does not come through it. */
export async function strike(kind: Kind, replica: ReplicaName, scene: Scene): Promise<void> {
  if (KINDS[kind].hits === 'replica') scene.trace.hit(kind, replica);
  else scene.trace.note(kind);
  await DEEDS[kind](scene, replica);
}

const DEEDS: Readonly<Record<Kind, Deed>> = {
  kill_leader: signalTo('leader', 'SIGKILL'),
  kill_core: signalTo('core', 'SIGKILL'),
  freeze_core: signalTo('core', 'SIGSTOP'),
  freeze_leader: signalTo('leader', 'SIGSTOP'),
  exit_zero: fault('exit_zero'),
  crash: fault('crash', 3),
  out_of_memory: fault('out_of_memory'),
  abort_streams: fault('abort_streams'),
  error_chunk: fault('error_chunk', ERROR_CHUNKS),
  slow_health: fault('slow_health', HEALTH_DELAY_MS),
  remove_socket: ({ host }, replica) => {
    rmSync(join(host.directory, `run/${replica}.sock`), { force: true });
    return Promise.resolve();
  },
  poison: (scene, replica) => {
    scene.later(poison(scene, replica));
    return Promise.resolve();
  },
  steal_port: stealPort,
  restart: (scene, replica) => {
    scene.later(command(scene, 'restart', replica));
    return Promise.resolve();
  },
  drain_and_resume: (scene, replica) => {
    scene.later(drainAndResume(scene, replica));
    return Promise.resolve();
  },
  reload_slow_start: (scene, replica) => reload(scene, { [replica]: { 'sim-fault': `slow-start:${SLOW_START_S}` } }),
  reload_crash_on_start: reloadCrashOnStart,
  reload_bad_file: reloadBadFile,
  kill_redis: killRedis,
  kill_node: killNode,
};

function signalTo(part: 'leader' | 'core', signal: NodeJS.Signals): Deed {
  return async ({ host, trace }, replica) => {
    const pid = await (part === 'leader' ? host.leaderOf(replica) : host.coreOf(replica));
    if (pid === undefined) return trace.note(`  ${replica} has no ${part} now`);
    try {
      process.kill(pid, signal);
    } catch {
      trace.note(`  ${part} ${pid} has just ended`);
    }
  };
}

/** Tells a simulated engine to fail; one that is not up, or ends before it can answer, is none the worse. */
function fault(name: string, amount = 0): Deed {
  return async ({ host, trace }, replica) => {
    const place =
      replica === REPLICA_ON_PORT
        ? { url: `http://127.0.0.1:${host.port}`, unix: {} }
        : { url: 'http://engine', unix: { unix: join(host.directory, `run/${replica}.sock`) } };
    const body = JSON.stringify({ fault: name, amount });
    const order = fetch(`${place.url}/sim/fault`, { ...place.unix, method: 'POST', body, keepalive: false });
    const answer = await Promise.race([order.catch(() => undefined), Bun.sleep(BAD_FILE_MS)]);
    if (answer?.ok !== true) trace.note(`  ${replica} did not answer to ${name}`);
  };
}

/** A request that kills every engine that runs it: the house must stop running it. */
async function poison({ host, trace }: Scene, replica: ReplicaName): Promise<void> {
  const pool = replica.startsWith('heavy') ? 'heavy' : 'light';
  const sentMs = nowUnixMs();
  const wish = {
    id: `poison-${Math.round(sentMs)}`,
    pool,
    prompt: `Say ${POISON}`,
    tokens: 4,
    isStream: false,
  } as const;
  const { ending } = await ask(host.url(), wish);
  for (const it of REPLICAS.filter((name) => name.startsWith(pool))) trace.hitSince(sentMs, 'poison', it);
  trace.note(`  the poison ended: ${JSON.stringify(ending)}`);
  if (!['refused', 'cut'].includes(ending.is)) trace.fault(`the poison was answered: ${JSON.stringify(ending)}`);
}

/** Ends the engine and takes its port, so that the next one finds it in use. */
async function stealPort(scene: Scene, replica: ReplicaName): Promise<void> {
  const { host, trace } = scene;
  await signalTo('leader', 'SIGKILL')(scene, replica);
  let thief: { stop(closeActive: boolean): void } | undefined;
  const steal = (): boolean => {
    try {
      thief = Bun.listen({ hostname: '127.0.0.1', port: host.port, socket: { data: () => undefined } });
      return true;
    } catch {
      return false; // the engine that was killed still holds it, or the next one already does
    }
  };
  const deadlineMs = performance.now() + PORT_TRIES_MS;
  while (!steal() && performance.now() < deadlineMs) await Bun.sleep(1);
  trace.note(thief === undefined ? `  port ${host.port} could not be taken` : `  port ${host.port} is taken`);
  scene.later(Bun.sleep(PORT_HELD_MS).then(() => thief?.stop(true)));
}

/** What a command may end with: done, refused with a reason, no node, or a node that is busy. */
const COMMAND_CODES: readonly number[] = [0, 1, 69, 75];

async function command({ host, trace }: Scene, ...argv: string[]): Promise<void> {
  const result = await host.command(...argv);
  const words = argv.join(' ');
  if (result === undefined) return trace.fault(`\`${words}\` hung`);
  trace.note(`  \`${words}\` ended with ${result.code}: ${result.err.trim().split('\n').at(-1) ?? ''}`);
  if (!COMMAND_CODES.includes(result.code)) trace.fault(`\`${words}\`: exit code ${result.code}: ${result.err}`);
  if (result.code !== 0 && result.err.trim() === '') trace.fault(`\`${words}\`: exit code ${result.code}, no word why`);
}

async function drainAndResume(scene: Scene, replica: ReplicaName): Promise<void> {
  const drained = command(scene, 'drain', replica);
  await Bun.sleep(DRAINED_MS);
  await command(scene, 'resume', replica);
  await drained;
  await command(scene, 'resume', replica);
}

function reload({ host }: Scene, extra: ExtraArgs = {}): Promise<void> {
  host.writeConfig(extra);
  host.signal('SIGHUP');
  return Promise.resolve();
}

async function reloadCrashOnStart(scene: Scene, replica: ReplicaName): Promise<void> {
  await reload(scene, { [replica]: { 'sim-fault': 'crash-on-start:3' } });
  scene.later(Bun.sleep(BROKEN_CONFIG_MS).then(() => reload(scene)));
}

async function reloadBadFile({ host }: Scene): Promise<void> {
  host.breakConfig();
  host.signal('SIGHUP');
  await Bun.sleep(BAD_FILE_MS);
  host.writeConfig();
}

async function killRedis({ host, trace }: Scene): Promise<void> {
  const first = host.redis();
  if (first === undefined) return trace.note('  there is no Redis now');
  await trace.during('redis', async () => {
    process.kill(first, 'SIGKILL');
    await until(
      'Redis is back',
      async () => ![first, undefined].includes(host.redis()) && (await host.status()).redis.up,
      REDIS_BACK_LIMIT_MS,
    );
  });
}

/** The node dies alone, as by the OOM killer: its engines must go by themselves before or when it is started again. */
async function killNode({ host, trace }: Scene): Promise<void> {
  await trace.during('node', async () => {
    await host.kill();
    const orphans = host.processes();
    await host.start();
    const left = () => orphans.filter(({ pid }) => host.processes().some((it) => it.pid === pid));
    await until('the killed node’s engines are gone', () => left().length === 0, ORPHANS_LIMIT_MS);
  });
}
