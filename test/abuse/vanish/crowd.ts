import { join } from 'node:path';
import { z } from 'zod';
import { post, postHead, question } from '../requests.ts';
import type { FarHost } from './far-host.ts';
import { LONG_BODY_BYTES } from './settings.ts';

/** Each thing that a client may be about when its host vanishes: what it has sent by then, and how many do so. */
export const MANNERS = {
  sends_its_body: { count: 4, first: unfinished(LONG_BODY_BYTES) },
  waits_in_line: { count: 5, first: post(question(10, { model: 'narrow' })) },
  waits_in_line_for_a_stream: { count: 5, first: post(question(10, { model: 'narrow', stream: true })) },
  waits_for_an_answer: { count: 5, first: post(question(60_000)) },
  reads_a_stream: { count: 5, first: post(question(60_000, { stream: true })) },
  idles: { count: 20, first: 'GET /health HTTP/1.1\r\nhost: a\r\n\r\n' },
} as const;
export type Manner = keyof typeof MANNERS;
export const EACH_MANNER = Object.keys(MANNERS) as readonly Manner[];

const toldSchema = z.object({ manner: z.string(), port: z.int(), is: z.enum(['sent', 'heard', 'closed']) });
type Told = z.output<typeof toldSchema>;

/** The clients of the far host. */
export interface Crowd extends AsyncDisposable {
  /** Ports there, of those of whom this was told. */
  portsOf(manner: Manner, is: Told['is']): readonly number[];
}

/** Starts them all. */
export function sendCrowd(host: FarHost, port: number): Crowd {
  const child = host.spawn([process.execPath, join(import.meta.dir, 'far-client.ts'), host.nearAddress, String(port)]);
  for (const manner of EACH_MANNER) void child.stdin.write(`${JSON.stringify({ manner, ...MANNERS[manner] })}\n`);
  void child.stdin.flush();
  const told: Told[] = [];
  const reading = follow(child.stdout, (line) => told.push(toldSchema.parse(JSON.parse(line))));
  return {
    portsOf: (manner, is) => told.filter((it) => it.manner === manner && it.is === is).map((it) => it.port),
    async [Symbol.asyncDispose]() {
      child.kill('SIGKILL');
      await child.exited;
      await reading;
    },
  };
}

async function follow(output: ReadableStream<Uint8Array>, take: (line: string) => void): Promise<void> {
  const decoder = new TextDecoder();
  let rest = '';
  for await (const bytes of output) {
    const lines = (rest + decoder.decode(bytes, { stream: true })).split('\n');
    rest = lines.pop() ?? '';
    for (const line of lines) take(line);
  }
}

/** All of a request but its last byte. */
function unfinished(bytes: number): string {
  return `${postHead(`content-length: ${bytes}\r\n`)}\r\n{${' '.repeat(bytes - 2)}`;
}
