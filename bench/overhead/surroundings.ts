import { arch, availableParallelism, cpus, loadavg, release, totalmem } from 'node:os';
import { z } from 'zod';

/** Where figures were taken; without it they mean nothing. */
export interface Surroundings {
  readonly date: string;
  /** The command line of this run. */
  readonly command: string;
  readonly machine: {
    readonly cpu: string;
    readonly cores: number;
    readonly architecture: string;
    readonly kernel: string;
    readonly memory_bytes: number;
    /** Over the last minute before the run; well above 0 means that others were at work. */
    readonly load_average: number;
  };
  readonly versions: {
    readonly 'ssw-infer': string;
    readonly commit: string;
    /** What load generator and upstream run on. */
    readonly bun: string;
    readonly redis: string;
  };
}

const versionSchema = z.object({ version: z.string(), commit: z.string() });

/** Asks the machine and the programs. Throws when one of them cannot say its version. */
export async function lookAround(binary: string, argv: readonly string[]): Promise<Surroundings> {
  const own = versionSchema.parse(JSON.parse(await outputOf(binary, 'version', '--json')));
  const redis = /v=(\S+)/.exec(await outputOf('redis-server', '--version'))?.[1] ?? 'unknown';
  return {
    date: new Date().toISOString(),
    command: ['bun run bench:overhead', ...argv].join(' '),
    machine: {
      cpu: cpus()[0]?.model ?? 'unknown',
      cores: availableParallelism(),
      architecture: arch(),
      kernel: release(),
      memory_bytes: totalmem(),
      load_average: loadavg()[0] ?? 0,
    },
    versions: { 'ssw-infer': own.version, commit: own.commit, bun: Bun.version, redis },
  };
}

async function outputOf(...command: string[]): Promise<string> {
  const child = Bun.spawn(command, { stdout: 'pipe', stderr: 'pipe' });
  const [code, out, err] = await Promise.all([child.exited, child.stdout.text(), child.stderr.text()]);
  if (code !== 0) throw new Error(`${command.join(' ')} failed (${code}): ${err}`);
  return out;
}
