import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { NodeReport } from '../../../src/control/index.ts';
import { BINARY, type CommandResult } from '../../support/node.ts';
import { processesMarked, type Process } from '../../support/processes.ts';
import { until } from '../../support/wait.ts';
import { freePort } from './free-port.ts';
import { configText, type ExtraArgs } from './config.ts';

/** A command that has not ended by then hangs. */
const COMMAND_LIMIT_MS = 90_000;
/** Of its log, told where it does not answer. */
const LOG_TAIL_CHARACTERS = 4_000;
const ANSWER_LIMIT_MS = 20_000;
const STOP_LIMIT_MS = 30_000;

/** A directory on which one node after another runs: it can be killed and started again. */
export interface Host extends AsyncDisposable {
  readonly directory: string;
  /** The port of the one replica that has one. */
  readonly port: number;
  /** Where the gateway listened when it was last seen. */
  url(): string;
  /** Starts the node; resolves once its control socket answers. */
  start(): Promise<void>;
  /** SIGKILL to the node alone; resolves once it has ended. */
  kill(): Promise<void>;
  /** SIGTERM; resolves with the exit code. */
  stop(): Promise<number>;
  signal(name: NodeJS.Signals): void;
  status(): Promise<NodeReport>;
  leaderOf(replica: string): Promise<number | undefined>;
  coreOf(replica: string): Promise<number | undefined>;
  redis(): number | undefined;
  /** Runs a command of the binary against the node; `undefined` where it hung. */
  command(...argv: string[]): Promise<CommandResult | undefined>;
  writeConfig(extra?: ExtraArgs): void;
  breakConfig(): void;
  /** What all nodes here wrote, the last one last. */
  log(): string;
  /** Everything that belongs to this place and lives. */
  processes(): readonly Process[];
}

type Node = Bun.Subprocess<'ignore', 'inherit', Bun.BunFile>;

export function createHost(): Host {
  const directory = mkdtempSync(join(tmpdir(), 'ssw-storm-'));
  const configFile = join(directory, 'replicas.yaml');
  const place = { directory, port: freePort() };
  const env = { PATH: process.env['PATH'] ?? '', HOME: directory };
  let node: Node | undefined;
  let lives = 0;
  let url = '';
  const logFile = (life: number) => join(directory, `log-${life}`);
  const running = (): Node => {
    if (node === undefined) throw new Error('no node runs');
    return node;
  };
  const status = async (): Promise<NodeReport> => {
    const reply = await fetch('http://node/v1/status', { unix: join(directory, 'run/ctl.sock'), keepalive: false });
    return (await reply.json()) as NodeReport;
  };
  const leaderOf = async (replica: string) =>
    (await status()).replicas.find((it) => it.name === replica)?.pid ?? undefined;
  const host: Host = {
    directory,
    port: place.port,
    url: () => url,
    async start() {
      lives += 1;
      const child: Node = Bun.spawn([BINARY, 'serve', '--config', configFile], {
        cwd: directory,
        env,
        stdin: 'ignore',
        stdout: 'inherit',
        stderr: Bun.file(logFile(lives)),
      });
      node = child;
      await until(
        'the node answers',
        async () => {
          if (child.exitCode !== null) throw new Error(`the node exited ${child.exitCode}: ${host.log().slice(-2000)}`);
          url = await status().then(
            (it) => (it.pid === child.pid ? it.url : ''),
            () => '',
          );
          return url !== '';
        },
        ANSWER_LIMIT_MS,
      ).catch((cause: unknown) => {
        throw new Error(`the node does not answer: ${host.log().slice(-LOG_TAIL_CHARACTERS)}`, { cause });
      });
    },
    async kill() {
      running().kill('SIGKILL');
      await running().exited;
    },
    async stop() {
      running().kill('SIGTERM');
      return running().exited;
    },
    signal: (name) => running().kill(name),
    status,
    leaderOf,
    async coreOf(replica) {
      const leader = await leaderOf(replica);
      return host.processes().find((it) => it.parent === leader && it.name.startsWith('VLLM::EngineCor'))?.pid;
    },
    redis: () => host.processes().find((it) => it.parent === node?.pid && it.name.startsWith('redis-server'))?.pid,
    async command(...argv) {
      const child = Bun.spawn([BINARY, ...argv, '--config', configFile], {
        cwd: directory,
        env,
        stdout: 'pipe',
        stderr: 'pipe',
        timeout: COMMAND_LIMIT_MS,
        killSignal: 'SIGKILL',
      });
      const [code, out, err] = await Promise.all([child.exited, child.stdout.text(), child.stderr.text()]);
      return child.signalCode === null ? { code, out, err } : undefined;
    },
    writeConfig: (extra) => writeFileSync(configFile, configText(place, extra)),
    breakConfig: () => writeFileSync(configFile, configText(place).replace('"pool": "light"', '"pool": "nowhere"')),
    log: () => Array.from({ length: lives }, (_, life) => read(logFile(life + 1))).join(''),
    processes: () => processesMarked(directory),
    async [Symbol.asyncDispose]() {
      if (node !== undefined && node.exitCode === null && node.signalCode === null) {
        node.kill('SIGTERM');
        await Promise.race([node.exited, Bun.sleep(STOP_LIMIT_MS)]);
        node.kill('SIGKILL');
        await node.exited;
      }
      for (const { pid } of host.processes()) end(pid);
      rmSync(directory, { recursive: true, force: true });
    },
  };
  host.writeConfig();
  return host;
}

function end(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch {
    // It has ended by itself meanwhile.
  }
}

function read(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return ''; // not written yet
  }
}
