import { chmodSync, copyFileSync, mkdirSync, mkdtempSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { BINARY } from '../support/node.ts';
import { processesMarked } from '../support/processes.ts';
import { until } from '../support/wait.ts';
import { createEngine, type Engine, type EngineWish } from './engine.ts';
import { DEFAULT_POLICY, type House, type Policy, type Running, type Target } from './targets/target.ts';

/** How long engines may take to serve at the beginning of a scenario, which tests something else. */
const FIRST_START_LIMIT_MS = 30_000;
const SWEEPS = 20;

/** What one scenario plays on: a directory, engines, one supervisor. Everything it started is gone when it is disposed. */
export interface Stage extends AsyncDisposable {
  readonly directory: string;
  readonly target: Target;
  readonly policy: Policy;
  /** Adds an engine. Before `start`. */
  engine(name: string, wish?: EngineWish): Engine;
  /** Changes the policy or the supervisor's environment. Before `start`. */
  setPolicy(policy: Partial<Policy>): void;
  setEnv(env: Readonly<Record<string, string>>): void;
  /** A flag that the configuration gives an engine from the next `start` or `reload` on. */
  setConfiguredFlag(engine: Engine, name: string, value: string | number): void;
  /** Makes the engines account for card memory in one ledger. Before `start`. */
  keepLedger(): void;
  /** Starts an engine that the supervisor knows nothing of. */
  stranger(gpu: number, gpuMemoryUtilization: number): Engine;
  /** Starts the supervisor, again where it has run. */
  start(): Promise<Running>;
  /** Starts it and waits until every engine serves, and the supervisor knows. */
  open(): Promise<Running>;
  /** What the supervisor is started on, for a reload. */
  house(): House;
}

/** Lays out a directory for one scenario and one target. */
export function setStage(target: Target): Stage {
  const directory = mkdtempSync(join(tmpdir(), 'ssw-conformance-'));
  const engines: Engine[] = [];
  const flags = new Map<string, Record<string, string | number>>();
  let policy = DEFAULT_POLICY;
  let env: Readonly<Record<string, string>> = {};
  const port = freePort();
  layOut(directory);

  const house = (): House => ({
    directory,
    engineCommand: join(directory, 'bin/engine'),
    engines: [...engines],
    policy,
    port,
    env: { ...env, SSW_CONFORMANCE_ROOT: directory },
    engineFlags: ({ name }) => ({ ...flags.get(name) }),
  });
  const start = () => target.start(house());
  return {
    directory,
    target,
    get policy() {
      return policy;
    },
    engine(name, wish = {}) {
      const engine = createEngine(directory, name, freePort(), wish);
      engines.push(engine);
      if (wish.gpuMemoryUtilization !== undefined)
        flags.set(name, { 'gpu-memory-utilization': wish.gpuMemoryUtilization });
      return engine;
    },
    setPolicy(changed) {
      policy = { ...policy, ...changed };
    },
    setEnv(changed) {
      env = changed;
    },
    setConfiguredFlag({ name }, flag, value) {
      flags.set(name, { ...flags.get(name), [flag]: value });
    },
    stranger(gpu, gpuMemoryUtilization) {
      const engine = createEngine(directory, 'stranger', freePort(), { gpu });
      const words = ['--port', String(engine.port), '--gpu-memory-utilization', String(gpuMemoryUtilization)];
      const argv = [join(directory, 'bin/engine'), 'serve', engine.model, '--host', '127.0.0.1', ...words];
      Bun.spawn(argv, { cwd: directory, detached: true, stdio: ['ignore', 'ignore', 'ignore'] });
      return engine;
    },
    keepLedger: () => mkdirSync(join(directory, 'ledger'), { recursive: true }),
    start,
    async open() {
      const running = await start();
      for (const engine of engines)
        await until(
          `${engine.name} serves for the first time`,
          async () => (await engine.serves()) && (await running.tell(engine)).state === 'ready',
          FIRST_START_LIMIT_MS,
        );
      return running;
    },
    house,
    [Symbol.asyncDispose]: () => clear(directory),
  };
}

function layOut(directory: string): void {
  const fixtures = join(import.meta.dir, 'fixtures');
  for (const name of ['bin', 'engines', 'run']) mkdirSync(join(directory, name));
  for (const [fixture, command] of [
    ['engine.sh', 'engine'],
    ['nvidia-smi.sh', 'nvidia-smi'],
  ] as const) {
    copyFileSync(join(fixtures, fixture), join(directory, 'bin', command));
    chmodSync(join(directory, 'bin', command), 0o755);
  }
  symlinkSync(resolve(BINARY), join(directory, 'bin/ssw-infer'));
}

/** Ends everything that was started in the directory, the supervisor first as it would bring the others back. */
async function clear(directory: string): Promise<void> {
  for (let sweep = 0; sweep < SWEEPS; sweep += 1) {
    const left = processesMarked(directory);
    if (left.length === 0) break;
    for (const { pid } of left) kill(pid);
    await Bun.sleep(50);
  }
  rmSync(directory, { recursive: true, force: true });
}

function kill(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch {
    // it ended meanwhile
  }
}

/** Below the range that the kernel takes ports of outgoing connections from. */
const PORTS = { first: 20_000, count: 10_000 } as const;
/** Ports of suites that run side by side, whose process ids are near, are to be far from each other. */
const STRIDE = 977;
let nextPort = PORTS.first + ((process.pid * STRIDE) % PORTS.count);

/** A TCP port that nobody listens on now and that was not given out before. */
export function freePort(): number {
  for (let tried = 0; tried < PORTS.count; tried += 1) {
    const port = nextPort;
    nextPort = PORTS.first + ((port + 1 - PORTS.first) % PORTS.count);
    if (canListen(port)) return port;
  }
  throw new Error('no free port');
}

function canListen(port: number): boolean {
  try {
    Bun.listen({ hostname: '127.0.0.1', port, socket: { data() {} } }).stop(true);
    return true;
  } catch {
    return false; // taken
  }
}
