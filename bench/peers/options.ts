import { parseArgs } from 'node:util';
import { countOf } from '../node/program.ts';
import type { Plan, Point } from '../overhead/plan.ts';
import type { GivenPaths } from './peers.ts';

/** The command line. */
export interface Options {
  readonly plan: Plan;
  /** Names of the peers to measure; absent for all that are installed. */
  readonly only: readonly string[] | undefined;
  readonly paths: GivenPaths;
  /** Where to write the report as JSON. */
  readonly json: string | undefined;
  /** The compiled program to measure. */
  readonly binary: string | undefined;
}

const requests = (concurrency: number): Point => ({ kind: 'requests', concurrency });
const streams = (concurrency: number): Point => ({ kind: 'streams', concurrency });
const inStep = (concurrency: number): Point => ({ kind: 'streams', concurrency, inStep: true });

const FULL: Plan = {
  points: [...[1, 32, 256].map(requests), ...[64, 1024].map(streams), inStep(1024)],
  rounds: 3,
  windowMs: 3000,
  warmUpMs: 500,
  tokens: 32,
  tokensPerSecond: 30,
};

/** Shows that everything works; its numbers mean nothing. */
const SMOKE: Plan = {
  points: [requests(8), streams(8), inStep(8)],
  rounds: 1,
  windowMs: 200,
  warmUpMs: 50,
  tokens: 2,
  tokensPerSecond: 30,
};

export const USAGE = `usage: bun run bench:peers [--smoke] [--only NAME,…] [--rounds N] [--window-s S] [--json FILE]
       [--binary PATH] [--llama-swap PATH] [--llamactl PATH] [--olla PATH]`;

const WINDOW_S_MAX = 60;

/** Reads the command line; paths of peers may come from the environment too. Throws with what is wrong with it. */
export function parseOptions(argv: readonly string[], env: Readonly<Record<string, string | undefined>>): Options {
  const text = { type: 'string' } as const;
  const { values } = parseArgs({
    args: [...argv],
    options: {
      smoke: { type: 'boolean' },
      only: text,
      rounds: text,
      'window-s': text,
      json: text,
      binary: text,
      'llama-swap': text,
      llamactl: text,
      olla: text,
    },
  });
  const base = values.smoke === true ? SMOKE : FULL;
  const rounds = countOf('--rounds', values.rounds, base.rounds);
  const windowMs = windowMsOf(values['window-s'], base.windowMs);
  return {
    plan: { ...base, rounds, windowMs },
    only: values.only?.split(',').filter((it) => it !== ''),
    paths: {
      llamaSwap: values['llama-swap'] ?? env['SSW_BENCH_LLAMA_SWAP'],
      llamactl: values.llamactl ?? env['SSW_BENCH_LLAMACTL'],
      olla: values.olla ?? env['SSW_BENCH_OLLA'],
    },
    json: values.json,
    binary: values.binary,
  };
}

function windowMsOf(text: string | undefined, fallbackMs: number): number {
  const seconds = text === undefined ? fallbackMs / 1000 : Number(text);
  if (seconds > 0 && seconds <= WINDOW_S_MAX) return seconds * 1000;
  throw new Error(`--window-s takes seconds above 0, up to ${WINDOW_S_MAX}`);
}
