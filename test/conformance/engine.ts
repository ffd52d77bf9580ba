import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { processesMarked, type Process } from '../support/processes.ts';

/** Seconds that an engine takes to start where a scenario says nothing else. */
export const ENGINE_START_S = 0.4;

/** What a scenario wants of an engine. */
export interface EngineWish {
  /** Card number; absent = no card. */
  readonly gpu?: number;
  readonly gpuMemoryUtilization?: number;
  /** Flags of the simulated engine, instead of a short start. */
  readonly flags?: string;
  /** `unix`: a socket of the supervisor's choice. */
  readonly listens?: 'tcp' | 'unix';
  /** The model that requests name; default: the engine's name. Two engines of one model are a pool. */
  readonly model?: string;
}

/** One start of an engine, as the engine itself noted it. */
export interface Start {
  readonly pid: number;
  /** Since the epoch. */
  readonly atMs: number;
}

/** One engine as it is seen from outside the supervisor. */
export interface Engine {
  readonly name: string;
  readonly model: string;
  readonly port: number;
  readonly wish: EngineWish;
  /** Changes what the next start runs with. */
  setFlags(flags: string): void;
  /** Shell lines run by each start before the engine itself. */
  setBefore(lines: string): void;
  starts(): readonly Start[];
  /** The process that the supervisor started last, if it is there. */
  leader(): number | undefined;
  /** The engine core: the process that holds the card's memory. */
  core(): number | undefined;
  /** Everything that any start of this engine left running. */
  processes(): readonly Process[];
  /** Answers one completion at its own address, past the supervisor. */
  serves(): Promise<boolean>;
  /** Makes a fault happen in the running engine. */
  fault(name: string, amount?: number): Promise<void>;
  /** A request to its own address. */
  fetch(path: string, init?: RequestInit): Promise<Response>;
}

/** Lays out an engine's directory under `root`. */
export function createEngine(root: string, name: string, port: number, wish: EngineWish): Engine {
  const directory = join(root, 'engines', wish.listens === 'unix' ? name : String(port));
  mkdirSync(directory, { recursive: true });
  const starts = (): Start[] => readStarts(join(directory, 'starts'));
  const processes = () => processesMarked(`SSW_CONFORMANCE_ENGINE=${directory}/`);
  const leader = () => {
    const last = starts().at(-1);
    return last !== undefined && processes().some(({ pid }) => pid === last.pid) ? last.pid : undefined;
  };
  const request = (path: string, init: RequestInit = {}) =>
    fetch(`http://127.0.0.1:${port}${path}`, {
      ...init,
      ...(wish.listens === 'unix' ? { unix: join(root, 'run', `${name}.sock`) } : {}),
    });
  const engine: Engine = {
    name,
    model: wish.model ?? name,
    port,
    wish,
    setFlags: (flags) => writeFileSync(join(directory, 'flags'), flags),
    setBefore: (lines) => writeFileSync(join(directory, 'before.sh'), lines),
    starts,
    processes,
    leader,
    core: () => {
      const parent = leader();
      return processes().find((it) => it.parent === parent && it.name.startsWith('VLLM::EngineCor'))?.pid;
    },
    serves: () => answers(request, wish.model ?? name),
    async fault(fault, amount) {
      const body = JSON.stringify({ fault, ...(amount === undefined ? {} : { amount }) });
      // Some faults end the engine before it can answer.
      const response = await request('/sim/fault', { method: 'POST', body }).catch(() => undefined);
      if (response !== undefined && !response.ok) throw new Error(`fault ${fault}: ${await response.text()}`);
    },
    fetch: request,
  };
  if (wish.gpu !== undefined) writeFileSync(join(directory, 'card'), String(wish.gpu));
  engine.setFlags(wish.flags ?? `--sim-start-s ${ENGINE_START_S}`);
  return engine;
}

function readStarts(file: string): Start[] {
  if (!existsSync(file)) return [];
  const lines = readFileSync(file, 'utf8').split('\n').filter(Boolean);
  return lines.map((line) => {
    const [pid = '', ns = ''] = line.split(' ');
    return { pid: Number(pid), atMs: Number(ns) / 1e6 };
  });
}

async function answers(request: Engine['fetch'], model: string): Promise<boolean> {
  try {
    const response = await request('/v1/completions', {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ model, prompt: 'hello', max_tokens: 1 }),
      signal: AbortSignal.timeout(2000),
    });
    await response.text();
    return response.ok;
  } catch {
    return false; // refused, reset or silent
  }
}
