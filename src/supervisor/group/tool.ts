import type { Clock } from '../../telemetry/index.ts';
import { failedWith } from './errno.ts';

/** How much of each of its outputs a tool may write. */
export const TOOL_OUTPUT_BYTES_MAX = 256 * 1024;

/** How one run of a tool ended. */
export type ToolEnd =
  | { readonly is: 'exited'; readonly code: number | null; readonly stdout: string; readonly stderr: string }
  /**
   * Killed for time or for what it wrote. `gone` resolves when the kernel lets it go: from uninterruptible sleep, in a
   * driver that hangs say, it may never.
   */
  | { readonly is: 'cut_off'; readonly because: string; readonly gone: Promise<void> }
  | { readonly is: 'not_started'; readonly because: string };

/** Runs a tool once, in a session of its own and without input. Never rejects. */
export type RunTool = (argv: readonly [string, ...string[]], limitMs: number) => Promise<ToolEnd>;

export interface ToolEffects {
  readonly clock: Clock;
  /** The tools' whole environment: nothing is inherited. Its `PATH` finds them. */
  readonly env: Readonly<Record<string, string>>;
}

type Tool = Bun.Subprocess<'ignore', 'pipe', 'pipe'>;

/** The real thing: each run is a process of its own, which ends within its limit or is killed. */
export function createToolRunner({ clock, env }: ToolEffects): RunTool {
  return async (argv, limitMs) => {
    try {
      const tool = Bun.spawn([...argv], {
        detached: true,
        cwd: '/',
        env: { ...env },
        stdin: 'ignore',
        stdout: 'pipe',
        stderr: 'pipe',
      });
      return await finish(tool, clock, limitMs);
    } catch (error) {
      return { is: 'not_started', because: failedWith(error, 'ENOENT') ? 'not found' : wordsOf(error) };
    }
  };
}

/** Whichever comes first: its end and that of its outputs, too much of them, or the limit. */
async function finish(tool: Tool, clock: Clock, limitMs: number): Promise<ToolEnd> {
  const outputs = [takeOutput(tool.stdout), takeOutput(tool.stderr)] as const;
  const late = Promise.withResolvers<string>();
  const cancelLate = clock.after(limitMs, () => late.resolve(`no answer within ${(limitMs / 1000).toFixed(1)} s`));
  const whole = Promise.all([outputs[0].text, outputs[1].text, tool.exited]);
  const end = await Promise.race([whole, late.promise]).catch(wordsOf);
  cancelLate();
  if (typeof end === 'string') return cutOff(tool, outputs, end);
  const [stdout, stderr] = end;
  return { is: 'exited', code: tool.exitCode, stdout, stderr };
}

/** SIGKILL to all of it; who does not die of that is not waited for. */
function cutOff(tool: Tool, outputs: readonly Output[], because: string): ToolEnd {
  try {
    process.kill(-tool.pid, 'SIGKILL');
  } catch (error) {
    if (!failedWith(error, 'ESRCH')) tool.kill('SIGKILL');
  }
  for (const output of outputs) output.drop();
  tool.unref();
  return { is: 'cut_off', because, gone: tool.exited.then(() => {}) };
}

function wordsOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

interface Output {
  readonly text: Promise<string>;
  drop(): void;
}

/** Rejects with words where it is too long. */
function takeOutput(stream: ReadableStream<Uint8Array>): Output {
  const reader = stream.getReader();
  const take = async (): Promise<string> => {
    const parts: Uint8Array[] = [];
    let bytes = 0;
    for (;;) {
      const { done, value } = await reader.read();
      if (done) return Buffer.concat(parts).toString('utf8');
      bytes += value.byteLength;
      if (bytes > TOOL_OUTPUT_BYTES_MAX) throw new Error(`more than ${TOOL_OUTPUT_BYTES_MAX} bytes of output`);
      parts.push(value);
    }
  };
  return { text: take(), drop: () => void reader.cancel().catch(() => {}) };
}
