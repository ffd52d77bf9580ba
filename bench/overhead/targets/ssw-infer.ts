import { chmodSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { descendants } from '../proc.ts';
import { MODEL } from '../upstream/answers.ts';
import { waitFor } from '../wait.ts';
import { startChild } from './child.ts';
import { freePort, type Site, type Target } from './target.ts';
import { upstreamCommand } from './upstream.ts';

const START_LIMIT_MS = 60_000;
const POOL = 'bench';

/** What counts here of `ssw-infer status --json` (docs/cli-json.md). */
const statusSchema = z.object({ ready: z.boolean(), url: z.url(), redis: z.object({ up: z.boolean() }) });
type Status = z.output<typeof statusSchema>;

/** The compiled program with its queue on, the fake upstream as its one engine; `more` are further keys of the config. */
export async function startSswInfer(binary: string, site: Site, more: object = {}): Promise<Target> {
  const { directory, tokensPerSecond, stack, signal } = site;
  const executable = await writeEngine(directory, tokensPerSecond);
  const configFile = join(directory, 'replicas.yaml');
  await Bun.write(configFile, JSON.stringify({ ...configOf(directory, executable), ...more }));

  const child = stack.use(startChild('ssw-infer', [binary, 'serve', '--config', configFile], directory));
  let status: Status | undefined;
  const isReady = async () => {
    child.check();
    status = await askStatus(join(directory, 'run/ctl.sock'));
    return status !== undefined && status.ready && status.redis.up;
  };
  await waitFor('ssw-infer is ready', isReady, START_LIMIT_MS, signal);

  const redis = descendants(child.pid).filter((it) => it.name.startsWith('redis-server'));
  if (redis.length !== 1) throw new Error(`${redis.length} redis-server below ssw-infer instead of one`);
  return {
    name: 'ssw-infer',
    port: Number(new URL(status?.url ?? '').port),
    model: POOL,
    processes: [{ role: 'gateway', pid: child.pid }, ...redis.map(({ pid }) => ({ role: 'redis', pid }) as const)],
  };
}

/** What the supervisor starts in vLLM's place. */
async function writeEngine(directory: string, tokensPerSecond: number): Promise<string> {
  const executable = join(directory, 'vllm');
  const command = upstreamCommand(tokensPerSecond).map((it) => `'${it.replaceAll("'", `'\\''`)}'`);
  await Bun.write(executable, `#!/bin/sh\nexec ${command.join(' ')} "$@"\n`);
  chmodSync(executable, 0o755);
  return executable;
}

/** The defaults, but for room: neither capacity nor the length of the line may limit. JSON is YAML. */
function configOf(directory: string, executable: string): object {
  return {
    gateway: { host: '127.0.0.1', port: 0 },
    redis: { managed: true },
    pools: {
      [POOL]: { model: MODEL, max_model_len: 4096, tool_call_parser: false, args: { 'max-num-seqs': 4096 } },
    },
    // A port, as the direct run has, although a unix socket is the default.
    replicas: [{ name: 'bench-0', pool: POOL, port: freePort() }],
    engine: { kind: 'vllm', executable },
    queue: { max_depth: 100_000 },
    paths: { state: join(directory, 'state'), runtime: join(directory, 'run'), cache: join(directory, 'cache') },
  };
}

/** Absent while its control socket does not answer. */
async function askStatus(socket: string): Promise<Status | undefined> {
  const reply = await fetch('http://localhost/v1/status', { unix: socket }).catch(() => undefined);
  return reply?.ok === true ? statusSchema.parse(await reply.json()) : undefined;
}
