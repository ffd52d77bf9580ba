import { join } from 'node:path';
import { type Job, type Measurement, measurementSchema } from './load/job.ts';
import type { Plan, Point } from './plan.ts';
import type { Target } from './targets/target.ts';

/** How long a load generator may take beyond the times it was told: its start, and the drain of the last answers. */
const SLACK_MS = 20_000;

const program = join(import.meta.dir, 'load.ts');

/** Measures one point against one target, in a load generator of its own. Throws with what it said when it fails. */
export async function measure(target: Target, point: Point, plan: Plan, signal: AbortSignal): Promise<Measurement> {
  const job = jobOf(target, point, plan);
  const child = Bun.spawn([process.execPath, program, JSON.stringify(job)], {
    stdin: 'ignore',
    stdout: 'pipe',
    stderr: 'pipe',
    signal,
    timeout: Math.ceil(job.warmUpMs + job.windowMs + SLACK_MS),
    killSignal: 'SIGKILL',
  });
  const [code, out, err] = await Promise.all([child.exited, child.stdout.text(), child.stderr.text()]);
  signal.throwIfAborted();
  if (code === 0) return measurementSchema.parse(JSON.parse(out));
  throw new Error(
    `${point.concurrency} ${point.kind} against ${target.name}: the load generator failed (${code}): ${err}`,
  );
}

function jobOf(target: Target, { kind, concurrency, inStep }: Point, plan: Plan): Job {
  const { tokens, tokensPerSecond, windowMs } = plan;
  const rampMs = kind === 'streams' ? (tokens / tokensPerSecond) * 1000 : 0;
  return {
    port: target.port,
    concurrency,
    kind,
    model: target.model,
    tokens,
    rampMs,
    warmUpMs: rampMs + plan.warmUpMs,
    windowMs,
    path: target.path,
    headers: target.headers,
    documentBytes: target.documentBytes,
    inStep,
    pids: target.processes.map((it) => it.pid),
  };
}
