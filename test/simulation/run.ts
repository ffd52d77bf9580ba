/** `bun run test/simulation/run.ts [--seeds N] [--first N] [--transitions N] [--steps N]`: see `options.ts`. */
import { readOptions } from './options.ts';
import { simulate, type Told } from './simulate.ts';
import { createSummary } from './summary.ts';

/** Events of a failing seed that are printed. */
const TRACE_LINES_MAX = 400;
const TELL_EVERY_MS = 10_000;
/** Seeds may fail so often before it is enough. */
const FAILURES_MAX = 3;

const say = (text: string): void => void process.stdout.write(`${text}\n`);

const options = readOptions(process.argv.slice(2));
const summary = createSummary(performance.now());
let toldAtMs = performance.now();
let failures = 0;

/** Each seed in a task of its own: what ended is collected in between. */
function next(seed: number): void {
  const isEnough = summary.transitions() >= options.transitions || failures >= FAILURES_MAX;
  if (seed >= options.first + options.seeds || isEnough) return finish();
  const told = simulate({ seed, transitions: options.steps, traceLinesMax: TRACE_LINES_MAX });
  summary.add(told);
  if (told.violation !== undefined) fail(seed, told);
  tellNowAndThen(seed);
  setTimeout(() => next(seed + 1), 0);
}

function fail(seed: number, { trace, violation }: Told): void {
  failures += 1;
  say(trace.join('\n'));
  say(`seed ${seed} breaks invariant ${violation?.invariant}: ${violation?.text}`);
  say(`again: bun run test/simulation/run.ts --first ${seed} --seeds 1 --steps ${options.steps}\n`);
}

function tellNowAndThen(seed: number): void {
  if (performance.now() - toldAtMs < TELL_EVERY_MS) return;
  toldAtMs = performance.now();
  say(`seed ${seed}: ${summary.line(performance.now())}`);
}

function finish(): void {
  say(summary.text(performance.now()));
  process.exitCode = failures === 0 ? 0 : 1;
}

next(options.first);
