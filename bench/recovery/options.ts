import { parseArgs } from 'node:util';
import { countOf } from '../node/program.ts';

/** The command line. */
export interface Options {
  /** Of each way to end by SIGKILL. */
  readonly rounds: number;
  /** Of each hang: they take as long as the limits say; 0 leaves them out. */
  readonly hangRounds: number;
  readonly json: string | undefined;
  readonly binary: string | undefined;
}

export const USAGE =
  'usage: bun run bench/recovery/run.ts [--smoke] [--rounds N] [--hang-rounds N] [--binary PATH] [--json FILE]';

const ROUNDS = 20;
const HANG_ROUNDS = 8;

/** Reads the command line. Throws with what is wrong with it. */
export function parseOptions(argv: readonly string[]): Options {
  const { values } = parseArgs({
    args: [...argv],
    options: {
      smoke: { type: 'boolean' },
      rounds: { type: 'string' },
      'hang-rounds': { type: 'string' },
      binary: { type: 'string' },
      json: { type: 'string' },
    },
  });
  const isSmoke = values.smoke === true;
  return {
    rounds: countOf('--rounds', values.rounds, isSmoke ? 1 : ROUNDS),
    hangRounds: countOf('--hang-rounds', values['hang-rounds'], isSmoke ? 0 : HANG_ROUNDS, 0),
    json: values.json,
    binary: values.binary,
  };
}
