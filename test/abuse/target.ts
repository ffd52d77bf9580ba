import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { z } from 'zod';
import { readResidentBytes } from '../../bench/overhead/proc.ts';
import { FAST_LIMITS, runBinary, startNode, type TestNode } from '../support/node.ts';
import { HEADER_BYTES_MAX, SLOW_CLIENT_TIMEOUT_S } from './settings.ts';

/** What is abused: the compiled binary with keys, on a simulated engine. */
export interface Target extends AsyncDisposable {
  readonly node: TestNode;
  readonly port: number;
  /** Header lines of somebody who may enter. */
  readonly entrance: string;
  residentBytes(): number;
  /** Every answer that an attack got: none may tell of our insides. */
  readonly answers: string[];
}

const addedSchema = z.object({ key: z.string() });

/** A word of a stream is long, so that one who does not read fills every buffer on the way soon. */
const NAME_CHARACTERS = 8000;

const config = (keysFile: string) => `
gateway:
  port: 0
  slow_client_timeout_s: ${SLOW_CLIENT_TIMEOUT_S}
  max_header_bytes: ${HEADER_BYTES_MAX}
  keys_file: ${keysFile}
  key_failures_per_minute: 20
pools:
  light:
    model: sim/light
    max_model_len: 1048576
    args: { sim-start-s: 0.2, sim-speed: 20, sim-kv-tokens: 100000000, max-num-seqs: 256 }
  wordy:
    model: sim/wordy
    served_name: ${'x'.repeat(NAME_CHARACTERS)}
    max_model_len: 65536
    args: { sim-start-s: 0.2, sim-speed: 20, sim-kv-tokens: 100000000, max-num-seqs: 256 }
replicas: [{ name: light-0, pool: light }, { name: wordy-0, pool: wordy }]
${FAST_LIMITS}`;

export async function startTarget(): Promise<Target> {
  const directory = mkdtempSync(join(tmpdir(), 'ssw-abuse-'));
  const keysFile = join(directory, 'keys.json');
  const made = await runBinary(['keys', 'add', '--tenant', 'insider', '--file', keysFile, '--json'], directory);
  if (made.code !== 0) throw new Error(`no key: ${made.err}`);
  const { key } = addedSchema.parse(JSON.parse(made.out));
  const node = await startNode(config(keysFile));
  const url = new URL(await node.url());
  await node.allReady();
  return {
    node,
    port: Number(url.port),
    entrance: `authorization: Bearer ${key}\r\n`,
    residentBytes: () => readResidentBytes(node.pid),
    answers: [],
    async [Symbol.asyncDispose]() {
      await node[Symbol.asyncDispose]();
      rmSync(directory, { recursive: true });
    },
  };
}
