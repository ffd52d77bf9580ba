import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import type { NodeSite } from './start.ts';

const EXIT_FAILED = 1;
const EXIT_USAGE = 64;

/** A benchmark as a program: its options, what it does with them, and how long that may take. */
export interface Program<Options> {
  readonly usage: string;
  readonly limitMs: number;
  /** Throws with what is wrong with the command line. */
  parse(argv: readonly string[]): Options;
  /** Measures and reports. What it started is on the site's stack. */
  bench(options: Options, site: NodeSite): Promise<void>;
}

/** Runs a benchmark in an empty directory, ends all that it started, and resolves with the exit code. */
export async function run<Options>(program: Program<Options>, argv: readonly string[]): Promise<number> {
  const stopped = new AbortController();
  for (const name of ['SIGINT', 'SIGTERM'] as const) process.once(name, () => stopped.abort(new Error(name)));
  let options: Options | undefined;
  try {
    options = program.parse(argv);
    await using stack = new AsyncDisposableStack();
    const directory = mkdtempSync(join(tmpdir(), 'ssw-bench-'));
    stack.defer(() => rmSync(directory, { recursive: true, force: true }));
    const signal = AbortSignal.any([stopped.signal, AbortSignal.timeout(program.limitMs)]);
    await program.bench(options, { directory, stack, signal });
    return 0;
  } catch (error) {
    process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
    if (options === undefined) process.stderr.write(`${program.usage}\n`);
    return options === undefined ? EXIT_USAGE : EXIT_FAILED;
  }
}

/** The compiled program to measure. Throws where there is none. */
export function findBinary(given: string | undefined): string {
  const program = resolve(given ?? process.env['SSW_INFER_BINARY'] ?? join(import.meta.dir, '../../dist/ssw-infer'));
  if (!existsSync(program)) throw new Error(`no ${program}; build it first: bun run build`);
  return program;
}

const COUNT_MAX = 1000;

/** A whole number from the command line, `least` or more. Throws with the flag's name. */
export function countOf(flag: string, text: string | undefined, fallback: number, least = 1): number {
  const value = text === undefined ? fallback : Number(text);
  if (Number.isInteger(value) && value >= least && value <= COUNT_MAX && text !== '') return value;
  throw new Error(`${flag} takes a whole number from ${least} to ${COUNT_MAX}`);
}
