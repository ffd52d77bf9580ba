import { join } from 'node:path';
import { z } from 'zod';

const seenSchema = z.object({
  asked: z.int().positive(),
  failed: z.int(),
  p50Ms: z.number(),
  p99Ms: z.number(),
  maxMs: z.number(),
  /** How many times as long as on an idle machine its work took: what it ran and waited for a core, by what it ran. */
  slowdown: z.number().min(1),
  peakBytes: z.number().positive(),
  loadBefore: z.string(),
});

/** What was seen of `/health` and of the gateway's memory. */
export type Seen = z.output<typeof seenSchema>;

/** Watches from now on, until asked what it saw. */
export async function watch(port: number, pid: number): Promise<() => Promise<Seen>> {
  const child = Bun.spawn([process.execPath, join(import.meta.dir, 'watch-child.ts'), String(port), String(pid)], {
    stdin: 'pipe',
    stdout: 'pipe',
  });
  const output = child.stdout.getReader();
  const decoder = new TextDecoder();
  let said = '';
  const read = async () => {
    const { value, done } = await output.read();
    said += decoder.decode(value);
    return !done;
  };
  while (!said.includes('\n') && (await read()));
  return async () => {
    await child.stdin.end();
    while (await read());
    return seenSchema.parse(JSON.parse(said.split('\n')[1] ?? ''));
  };
}
