import { parseArgs } from 'node:util';

/** One load: so many clients at once, asking for whole answers or for streams. */
export interface Point {
  readonly kind: 'requests' | 'streams';
  readonly concurrency: number;
  /** Streams only: tokens of all at the same moments instead of evenly spread. */
  readonly inStep?: true;
}

/** What is measured, and how long. */
export interface Plan {
  readonly points: readonly Point[];
  /** Each round measures every point against every target once. */
  readonly rounds: number;
  readonly windowMs: number;
  /** Load before each window. Streams get the length of one stream on top, over which they begin. */
  readonly warmUpMs: number;
  /** Tokens of one stream. */
  readonly tokens: number;
  /** Pace of one stream. */
  readonly tokensPerSecond: number;
}

/** The command line. */
export interface Options {
  readonly plan: Plan;
  /** Where to write the report as JSON. */
  readonly json: string | undefined;
  /** The compiled program to measure. */
  readonly binary: string | undefined;
}

const FULL: Plan = {
  points: [
    ...[1, 32, 256].map((concurrency) => ({ kind: 'requests', concurrency }) as const),
    ...[64, 1024].map((concurrency) => ({ kind: 'streams', concurrency }) as const),
  ],
  rounds: 3,
  windowMs: 3000,
  warmUpMs: 500,
  tokens: 32,
  tokensPerSecond: 30,
};

/** Shows that everything works; its numbers mean nothing. */
const SMOKE: Plan = {
  points: [
    { kind: 'requests', concurrency: 32 },
    { kind: 'streams', concurrency: 16 },
  ],
  rounds: 1,
  windowMs: 300,
  warmUpMs: 100,
  tokens: 4,
  tokensPerSecond: 30,
};

export const USAGE = `usage: bun run bench:overhead [--smoke] [--rounds N] [--window-s S] [--binary PATH] [--json FILE]`;

/** Reads the command line. Throws with what is wrong with it. */
export function parseOptions(argv: readonly string[]): Options {
  const { values } = parseArgs({
    args: [...argv],
    options: {
      smoke: { type: 'boolean' },
      rounds: { type: 'string' },
      'window-s': { type: 'string' },
      binary: { type: 'string' },
      json: { type: 'string' },
    },
  });
  const base = values.smoke === true ? SMOKE : FULL;
  const plan = {
    ...base,
    rounds: numberOf('--rounds', values.rounds, base.rounds),
    windowMs: numberOf('--window-s', values['window-s'], base.windowMs / 1000) * 1000,
  };
  if (!Number.isInteger(plan.rounds)) throw new Error('--rounds takes a whole number');
  return { plan, json: values.json, binary: values.binary };
}

function numberOf(flag: string, text: string | undefined, fallback: number): number {
  const value = text === undefined ? fallback : Number(text);
  if (!(value > 0 && value <= 1000)) throw new Error(`${flag} takes a number above 0, up to 1000`);
  return value;
}
