import { readdirSync, readFileSync } from 'node:fs';

/** One real engine of the node under test, seen from outside: by /proc and by its own metrics. */
export interface Engine {
  /** The API server, leader of the engine's session. */
  readonly leader: number;
  readonly socket: string;
}

/** Where an engine stands, by its own word. */
export interface Counters {
  readonly generatedTokens: number;
  readonly running: number;
}

/** The engine whose leader is `pid`. */
export function engineOf(pid: number): Engine {
  const argv = read(`/proc/${pid}/cmdline`).split('\0');
  const socket = argv[argv.indexOf('--uds') + 1];
  if (socket === undefined || !argv.includes('--uds'))
    throw new Error(`process ${pid} has no --uds: ${argv.join(' ')}`);
  return { leader: pid, socket };
}

export async function countersOf({ socket }: Engine): Promise<Counters> {
  const text = await (await fetch('http://engine/metrics', { unix: socket })).text();
  return {
    generatedTokens: sum(text, 'vllm:generation_tokens_total'),
    running: sum(text, 'vllm:num_requests_running'),
  };
}

/** Adds up the series of one name. */
export function sum(metrics: string, name: string): number {
  const values = metrics
    .split('\n')
    .filter((it) => it.startsWith(`${name}{`))
    .map((it) => Number(it.slice(it.lastIndexOf(' ') + 1)));
  if (values.length === 0) throw new Error(`no series ${name}`);
  return values.reduce((total, it) => total + it, 0);
}

/** The engine core of an engine: the process that computes. */
export function coreOf(engine: Engine): number {
  const core = membersOf(engine.leader).find((it) => it.name.startsWith('VLLM::EngineCor'));
  if (core === undefined) throw new Error(`no engine core in session ${engine.leader}`);
  return core.pid;
}

interface Member {
  readonly pid: number;
  readonly name: string;
}

/**
 * What lives in a session, whoever its parent is now. vLLM's processes write their titles over the environment that
 * /proc shows, so that the session is all they can be known by.
 */
export function membersOf(session: number): readonly Member[] {
  return readdirSync('/proc')
    .filter((it) => /^\d+$/.test(it))
    .flatMap((pid) => statOf(Number(pid)) ?? [])
    .filter((it) => it.session === session);
}

/** The session of a process, if that lives. */
export const sessionOf = (pid: number): number | undefined => statOf(pid)?.session;

/** A zombie is gone already; only its parent has not looked. */
function statOf(pid: number): (Member & { readonly session: number }) | undefined {
  const stat = /^\d+ \((.*)\) (\S) \d+ \d+ (\d+)/s.exec(read(`/proc/${pid}/stat`));
  if (stat === null || stat[2] === 'Z') return undefined;
  return { pid, name: stat[1] ?? '', session: Number(stat[3]) };
}

function read(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return ''; // it ended meanwhile
  }
}
