import { createInterface } from 'node:readline';
import { Readable } from 'node:stream';
import { z } from 'zod';
import type { Client } from './clients.ts';

/** What clients are told of the server. Keys are any word where it asks for none. */
export interface Access {
  /** As `http://127.0.0.1:8000`. */
  readonly server: string;
  /** One that forgives a single wrong key; empty where there is none. */
  readonly strictServer: string;
  readonly key: string;
  readonly limitedKey: string;
  readonly confinedKey: string;
}

/** A running program of a client. */
export interface Conversation extends AsyncDisposable {
  /** Has it run a case; answers why that failed, or null. */
  run(name: string): Promise<string | null>;
}

const fateLine = z.object({ case: z.string(), failure: z.string().nullable() });

/** Starts a client's program, which runs the case of each line it is sent. */
export function converse(client: Client, { server, strictServer, key, limitedKey, confinedKey }: Access): Conversation {
  const child = Bun.spawn([...client.command], {
    env: {
      PATH: process.env['PATH'] ?? '',
      HOME: process.env['HOME'] ?? '',
      PYTHONDONTWRITEBYTECODE: '1',
      LITELLM_LOCAL_MODEL_COST_MAP: 'True', // it would fetch one at every start
      SSW_SERVER: server,
      SSW_STRICT_SERVER: strictServer,
      SSW_KEY: key,
      SSW_LIMITED_KEY: limitedKey,
      SSW_CONFINED_KEY: confinedKey,
    },
    stdin: 'pipe',
    stdout: 'pipe',
    stderr: 'inherit',
  });
  const lines = createInterface({ input: Readable.from(child.stdout) })[Symbol.asyncIterator]();
  return {
    async run(name) {
      await child.stdin.write(`${name}\n`);
      await child.stdin.flush();
      const { value, done } = await lines.next();
      if (done === true) throw new Error(`${client.name} ended with ${await child.exited} in the case ${name}`);
      const fate = fateLine.parse(JSON.parse(value));
      if (fate.case !== name) throw new Error(`asked for the case ${name}, was told of ${fate.case}`);
      return fate.failure;
    },
    async [Symbol.asyncDispose]() {
      await child.stdin.end();
      await child.exited;
    },
  };
}
