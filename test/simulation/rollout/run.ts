/** `bun run test/simulation/rollout/run.ts [--seeds N] [--first N] [--failures N]`: rollouts, one after the other. */
import { parseArgs } from 'node:util';
import { simulate, type Told } from './simulate.ts';

/** `failures`: so many stories may fail before it is enough. */
const DEFAULTS = { seeds: 10_000, first: 1, failures: 3 };
const TRACE_LINES_MAX = 400;
const TELL_EVERY_MS = 10_000;

const say = (text: string): void => void process.stdout.write(`${text}\n`);
const option = { type: 'string' } as const;
const { values } = parseArgs({ options: { seeds: option, first: option, failures: option } });
const seeds = numberOf('seeds');
const first = numberOf('first');
const failuresMax = numberOf('failures');
const beganMs = performance.now();
const counts = new Map<string, number>();
let toldAtMs = beganMs;
let failures = 0;
let simulatedMs = 0;

/** Each seed in a task of its own: what ended is collected in between. */
function next(seed: number): void {
  if (seed >= first + seeds || failures >= failuresMax) return finish(seed - first);
  add(seed, simulate({ seed, traceLinesMax: TRACE_LINES_MAX }));
  setTimeout(() => next(seed + 1), 0);
}

function add(seed: number, told: Told): void {
  simulatedMs += told.simulatedMs;
  for (const [what, count] of told.counts) counts.set(what, (counts.get(what) ?? 0) + count);
  if (told.violation !== undefined) fail(seed, told);
  if (performance.now() - toldAtMs < TELL_EVERY_MS) return;
  toldAtMs = performance.now();
  say(line(seed - first + 1));
}

function fail(seed: number, { trace, violation }: Told): void {
  failures += 1;
  say(trace.join('\n'));
  say(`seed ${seed} breaks rule ${violation?.invariant}: ${violation?.text}`);
  say(`again: bun run test/simulation/rollout/run.ts --first ${seed} --seeds 1\n`);
}

function line(told: number): string {
  const seconds = (performance.now() - beganMs) / 1_000;
  const hours = (simulatedMs / 3_600_000).toFixed(1);
  return `${told} rollouts, ${failures} failed, in ${seconds.toFixed(0)} s; ${hours} simulated hours`;
}

function finish(told: number): void {
  say(line(told));
  const rows = [...counts].toSorted(([, one], [, other]) => other - one);
  say(rows.map(([what, count]) => `${String(count).padStart(10)}  ${what}`).join('\n'));
  process.exitCode = failures === 0 ? 0 : 1;
}

function numberOf(name: keyof typeof DEFAULTS): number {
  const value = Number(values[name] ?? DEFAULTS[name]);
  if (!Number.isSafeInteger(value) || value < 1) throw new Error(`--${name} takes a whole number of 1 or more`);
  return value;
}

next(first);
