import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { NodeReport, ReplicaReport } from '../../src/control/index.ts';
import { processesMarked, type Process } from './processes.ts';
import { until } from './wait.ts';

/** The program under test. */
export const BINARY = process.env['SSW_INFER_BINARY'] ?? join(import.meta.dir, '../../dist/ssw-infer');

/** Four simulated replicas on two cards that start in a moment. */
export const FAST_REPLICAS = `
pools:
  heavy: { model: sim/heavy-14b, max_model_len: 8192, aliases: [smart], args: { sim-speed: 20, sim-start-s: 2 } }
  light: { model: sim/light-8b, max_model_len: 8192, args: { sim-speed: 20, sim-start-s: 2 } }
replicas:
  - { name: heavy-0, pool: heavy, gpu: 0, gpu_memory_utilization: 0.52 }
  - { name: light-0, pool: light, gpu: 0, gpu_memory_utilization: 0.38 }
  - { name: heavy-1, pool: heavy, gpu: 1, gpu_memory_utilization: 0.52 }
  - { name: light-1, pool: light, gpu: 1, gpu_memory_utilization: 0.38 }
`;

/** Probing and restarting in test time. */
export const FAST_LIMITS = `
health: { interval_s: 0.1, timeout_s: 2, dead_after_s: 3, stall_after_s: 2 }
restart: { backoff_initial_s: 0.1, backoff_max_s: 1, drain_timeout_s: 5, stop_grace_s: 3 }
`;

/** What a finished command left. */
export interface CommandResult {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

/** A running `ssw-infer serve`, in an empty directory of its own. */
export interface TestNode extends AsyncDisposable {
  readonly pid: number;
  readonly directory: string;
  readonly configFile: string;
  readonly exited: Promise<number>;
  /** Where the gateway listens. */
  url(): Promise<string>;
  status(): Promise<NodeReport>;
  replica(name: string): Promise<ReplicaReport>;
  allReady(limitMs?: number): Promise<void>;
  /** Runs another command of the binary against this node. */
  command(...argv: string[]): Promise<CommandResult>;
  signal(name: NodeJS.Signals): void;
  /** Ends it with this signal and starts it again in its directory. The one that ended is not to be disposed of. */
  restarted(by: 'SIGTERM' | 'SIGKILL'): Promise<TestNode>;
  log(): string;
  /** Everything this node started and is still there, itself included. */
  processes(): readonly Process[];
}

/** Writes `config` (sections without gateway and paths) and starts the compiled binary on it. */
export async function startNode(config: string, env: Record<string, string> = {}): Promise<TestNode> {
  const directory = mkdtempSync(join(tmpdir(), 'ssw-test-'));
  const configFile = join(directory, 'replicas.yaml');
  await Bun.write(configFile, `${baseConfig(directory, config)}${config}`);
  try {
    return launch(directory, configFile, env);
  } catch (cause) {
    rmSync(directory, { recursive: true });
    throw new Error(`${BINARY} cannot be started; build it first: bun run build`, { cause });
  }
}

function baseConfig(directory: string, config: string): string {
  const gateway = config.includes('\ngateway:') ? '' : 'gateway: { port: 0 }\n';
  const engine = config.includes('\nengine:') ? '' : `engine: { kind: sim, env: { SSW_TEST_MARK: ${directory} } }\n`;
  const evaluation = config.includes('\neval:') ? '' : 'eval: { smoke: plumbing }\n'; // simulated engines know no answers
  return `${gateway}${engine}${evaluation}paths: { state: ${directory}/state, runtime: ${directory}/run, cache: ${directory}/cache }\n`;
}

function launch(directory: string, configFile: string, env: Record<string, string>): TestNode {
  const logFile = Bun.file(join(directory, 'log'));
  const child = Bun.spawn([BINARY, 'serve', '--config', configFile], {
    cwd: directory,
    env: { PATH: process.env['PATH'] ?? '', HOME: directory, ...env },
    stdout: 'inherit',
    stderr: logFile,
  });
  const socket = join(directory, 'run/ctl.sock');
  const command = (...argv: string[]) => runBinary([...argv, '--config', configFile], directory);
  const status = async () => (await (await fetch('http://localhost/v1/status', { unix: socket })).json()) as NodeReport;
  let known: string | undefined;
  return {
    pid: child.pid,
    directory,
    configFile,
    exited: child.exited,
    command,
    status,
    async url() {
      await until('the node answers on its control socket', async () => {
        if (child.exitCode !== null) throw new Error(`the node exited ${child.exitCode}: ${readLog(directory)}`);
        known ??= await status().then(
          (it) => it.url,
          () => undefined,
        );
        return known !== undefined;
      });
      return known ?? '';
    },
    async replica(name) {
      const found = (await status()).replicas.find((it) => it.name === name);
      if (found === undefined) throw new Error(`no replica ${name}`);
      return found;
    },
    async allReady(limitMs = 30_000) {
      await this.url();
      await until(
        'all replicas are ready',
        async () => (await status()).replicas.every((it) => it.state === 'ready'),
        limitMs,
      );
    },
    signal: (name) => child.kill(name),
    async restarted(by) {
      child.kill(by);
      await child.exited;
      return launch(directory, configFile, env);
    },
    log: () => readLog(directory),
    processes: () => processesMarked(directory),
    async [Symbol.asyncDispose]() {
      if (child.exitCode === null && child.signalCode === null) child.kill('SIGTERM');
      const stopped = await Promise.race([child.exited.then(() => true), Bun.sleep(20_000).then(() => false)]);
      if (!stopped) child.kill('SIGKILL');
      await child.exited;
      const left = processesMarked(directory);
      for (const { pid } of left) process.kill(pid, 'SIGKILL');
      rmSync(directory, { recursive: true, force: true });
    },
  };
}

const readLog = (directory: string): string => readFileSync(join(directory, 'log'), 'utf8');

/** Runs the binary to its end. */
export async function runBinary(
  argv: readonly string[],
  cwd: string,
  env: Record<string, string> = {},
): Promise<CommandResult> {
  const child = Bun.spawn([BINARY, ...argv], {
    cwd,
    env: { PATH: process.env['PATH'] ?? '', HOME: cwd, ...env },
    stdout: 'pipe',
    stderr: 'pipe',
  });
  const [code, out, err] = await Promise.all([child.exited, child.stdout.text(), child.stderr.text()]);
  return { code, out, err };
}
