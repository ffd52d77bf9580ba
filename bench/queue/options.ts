import { parseArgs } from 'node:util';
import { countOf } from '../node/program.ts';

/** The command line. */
export interface Options {
  readonly rounds: number;
  readonly windowMs: number;
  /** Lengths of the line, each with its number of tenants. */
  readonly points: readonly Point[];
  /** Requests one at a time, for the time that one alone takes. */
  readonly idleRequests: number;
  readonly json: string | undefined;
}

export interface Point {
  readonly waiting: number;
  readonly tenants: number;
}

export const USAGE =
  'usage: bun run bench/queue/run.ts [--smoke] [--rounds N] [--window-s S] [--points WAITING:TENANTS[,…]] [--json FILE]';

const POINTS = '0:64,10:10,1000:64,100000:64,100000:1,100000:10000,999000:10000';
const SMOKE = { rounds: 1, windowS: 1, points: '0:4,100:4', idleRequests: 20 };
const ROUNDS = 3;
const WINDOW_S = 3;
const IDLE_REQUESTS = 500;

/** Reads the command line. Throws with what is wrong with it. */
export function parseOptions(argv: readonly string[]): Options {
  const { values } = parseArgs({
    args: [...argv],
    options: {
      smoke: { type: 'boolean' },
      rounds: { type: 'string' },
      'window-s': { type: 'string' },
      points: { type: 'string' },
      json: { type: 'string' },
    },
  });
  const isSmoke = values.smoke === true;
  return {
    rounds: countOf('--rounds', values.rounds, isSmoke ? SMOKE.rounds : ROUNDS),
    windowMs: countOf('--window-s', values['window-s'], isSmoke ? SMOKE.windowS : WINDOW_S) * 1000,
    points: (values.points ?? (isSmoke ? SMOKE.points : POINTS)).split(',').map(pointOf),
    idleRequests: isSmoke ? SMOKE.idleRequests : IDLE_REQUESTS,
    json: values.json,
  };
}

/** With those that run as many as a pool's line may have. */
const WAITING_MAX = 999_000;

function pointOf(text: string): Point {
  const [, waitingText, tenantsText] = /^(\d+):(\d+)$/.exec(text) ?? [];
  const [waiting, tenants] = [Number(waitingText), Number(tenantsText)];
  if (waiting <= WAITING_MAX && tenants > 0) return { waiting, tenants };
  throw new Error(`--points takes WAITING:TENANTS, as 1000:64, up to ${WAITING_MAX} waiting; not ${text}`);
}
