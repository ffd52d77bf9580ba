import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { z } from 'zod';
import { readResidentBytes } from '../../bench/overhead/proc.ts';
import { FAST_LIMITS, runBinary, startNode, type TestNode } from '../support/node.ts';

/** What is asked odd things: the compiled binary with keys, on simulated engines of every kind. */
export interface Target extends AsyncDisposable {
  readonly node: TestNode;
  readonly url: string;
  /** One that may do everything. */
  readonly key: string;
  residentBytes(): number;
}

const addedSchema = z.object({ key: z.string() });

/** Far more than a test has wrong keys: whoever guesses is told so with a 401, not to wait. */
const KEY_FAILURES_PER_MINUTE = 1_000_000;

const config = (keysFile: string) => `
gateway: { port: 0, keys_file: ${keysFile}, key_failures_per_minute: ${KEY_FAILURES_PER_MINUTE} }
pools:
  heavy: { model: sim/heavy-14b, max_model_len: 4096, aliases: [smart], args: { sim-speed: 200, sim-start-s: 0.2 } }
  light: { model: sim/light-8b, max_model_len: 4096, args: { sim-speed: 200, sim-start-s: 0.2 } }
  texts: { model: sim/embedding, max_model_len: 4096, args: { runner: pooling, sim-speed: 200, sim-start-s: 0.2 } }
replicas: [{ name: heavy-0, pool: heavy }, { name: light-0, pool: light }, { name: texts-0, pool: texts }]
${FAST_LIMITS}`;

export async function startTarget(): Promise<Target> {
  const directory = mkdtempSync(join(tmpdir(), 'ssw-openapi-'));
  const keysFile = join(directory, 'keys.json');
  const made = await runBinary(['keys', 'add', '--tenant', 'tester', '--file', keysFile, '--json'], directory);
  if (made.code !== 0) throw new Error(`no key: ${made.err}`);
  const { key } = addedSchema.parse(JSON.parse(made.out));
  const node = await startNode(config(keysFile));
  const url = await node.url();
  await node.allReady();
  return {
    node,
    url,
    key,
    residentBytes: () => readResidentBytes(node.pid),
    async [Symbol.asyncDispose]() {
      await node[Symbol.asyncDispose]();
      rmSync(directory, { recursive: true });
    },
  };
}
