import { join } from 'node:path';
import { z } from 'zod';
import { startChild, type Child } from '../overhead/targets/child.ts';
import { waitFor } from '../overhead/wait.ts';

/** What counts here of `ssw-infer status --json` (docs/cli-json.md). */
const statusSchema = z.object({
  url: z.url(),
  replicas: z.array(z.object({ name: z.string(), state: z.string(), pid: z.int().nullable(), in_flight: z.int() })),
});
export type Status = z.output<typeof statusSchema>;

/** The compiled program at work on simulated engines, in a directory of its own. */
export interface RunningNode {
  readonly pid: number;
  readonly directory: string;
  readonly url: string;
  /** Throws when it has ended by itself. */
  status(): Promise<Status>;
  allReady(limitMs: number): Promise<void>;
  /** Standard output of a command of the same program against this node. Throws when it fails. */
  command(...argv: string[]): Promise<string>;
  /** Its log so far. */
  log(): Promise<string>;
}

/** Where a node is started, and what ends it. */
export interface NodeSite {
  /** For its files; empty at first. */
  readonly directory: string;
  readonly stack: AsyncDisposableStack;
  /** Aborts all waiting. */
  readonly signal: AbortSignal;
}

const ANSWER_LIMIT_MS = 30_000;
const CHILD = 'ssw-infer';

/** Starts `binary` on a config whose sections `gateway` and `paths` are filled in here; JSON is YAML. */
export async function startNode(binary: string, config: object, site: NodeSite): Promise<RunningNode> {
  const { directory, stack, signal } = site;
  const configFile = join(directory, 'replicas.yaml');
  const paths = { state: join(directory, 'state'), runtime: join(directory, 'run'), cache: join(directory, 'cache') };
  await Bun.write(configFile, JSON.stringify({ gateway: { port: 0 }, paths, ...config }));
  const child = stack.use(startChild(CHILD, [binary, 'serve', '--config', configFile], directory));
  const status = () => askStatus(child, join(directory, 'run/ctl.sock'));
  let url = '';
  await waitFor('ssw-infer answers', async () => (url = (await status())?.url ?? '') !== '', ANSWER_LIMIT_MS, signal);

  async function sureStatus(): Promise<Status> {
    const found = await status();
    if (found === undefined) throw new Error('ssw-infer does not answer on its control socket');
    return found;
  }

  return {
    pid: child.pid,
    directory,
    url,
    status: sureStatus,
    async allReady(limitMs) {
      const areReady = async () => (await sureStatus()).replicas.every((it) => it.state === 'ready');
      await waitFor('all replicas are ready', areReady, limitMs, signal);
    },
    async command(...argv) {
      const command = Bun.spawn([binary, ...argv, '--config', configFile], { stdout: 'pipe', stderr: 'pipe', signal });
      const [code, out, err] = await Promise.all([command.exited, command.stdout.text(), command.stderr.text()]);
      if (code !== 0) throw new Error(`ssw-infer ${argv.join(' ')} failed (${code}): ${err}`);
      return out;
    },
    log: () => Bun.file(join(directory, `${CHILD}.log`)).text(),
  };
}

/** Absent while its control socket does not answer. */
async function askStatus(child: Child, socket: string): Promise<Status | undefined> {
  child.check();
  const reply = await fetch('http://localhost/v1/status', { unix: socket }).catch(() => undefined);
  return reply?.ok === true ? statusSchema.parse(await reply.json()) : undefined;
}
