import { parseArgs } from 'node:util';
import { countOf } from '../node/program.ts';

/** The command line. */
export interface Options {
  /** One measurement each. */
  readonly replicas: readonly number[];
  readonly windowMs: number;
  readonly json: string | undefined;
  readonly binary: string | undefined;
}

export const USAGE =
  'usage: bun run bench/idle/run.ts [--smoke] [--replicas N[,N…]] [--window-s S] [--binary PATH] [--json FILE]';

const REPLICAS = '4,64';
const WINDOW_S = 60;
const SMOKE = { replicas: '2', windowS: 1 };

/** Reads the command line. Throws with what is wrong with it. */
export function parseOptions(argv: readonly string[]): Options {
  const { values } = parseArgs({
    args: [...argv],
    options: {
      smoke: { type: 'boolean' },
      replicas: { type: 'string' },
      'window-s': { type: 'string' },
      binary: { type: 'string' },
      json: { type: 'string' },
    },
  });
  const isSmoke = values.smoke === true;
  const replicas = values.replicas ?? (isSmoke ? SMOKE.replicas : REPLICAS);
  return {
    replicas: replicas.split(',').map((it) => countOf('--replicas', it, 0)),
    windowMs: countOf('--window-s', values['window-s'], isSmoke ? SMOKE.windowS : WINDOW_S) * 1000,
    json: values.json,
    binary: values.binary,
  };
}
