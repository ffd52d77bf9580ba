/**
 * What the program costs between client and engine: the same fake upstream directly and through the compiled binary,
 * measured in turns. Figures go to standard output as a table, and to `--json FILE`; progress to standard error.
 */
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import type { Run } from './figures.ts';
import { measure } from './measure.ts';
import { parseOptions, USAGE, type Options, type Plan } from './plan.ts';
import { reportOf } from './report.ts';
import { lookAround } from './surroundings.ts';
import { startSswInfer } from './targets/ssw-infer.ts';
import type { Site, Target } from './targets/target.ts';
import { startDirect } from './targets/upstream.ts';
import { formatReport } from './text.ts';

/** A run that takes longer is ended. */
const RUN_LIMIT_MS = 30 * 60_000;

const EXIT_FAILED = 1;
const EXIT_USAGE = 64;

/** Every round takes the targets in the other order, so that none always comes first. */
async function measureAll(targets: readonly Target[], plan: Plan, signal: AbortSignal): Promise<Run[]> {
  const runs: Run[] = [];
  for (let round = 0; round < plan.rounds; round += 1) {
    for (const point of plan.points) {
      for (const target of round % 2 === 0 ? targets : targets.toReversed()) {
        const measurement = await measure(target, point, plan, signal);
        runs.push({ round, point, target, measurement });
        const rate = Math.round(measurement.samples / measurement.windowSeconds);
        const where = `round ${round + 1}/${plan.rounds}: ${point.concurrency} ${point.kind} to ${target.name}`;
        process.stderr.write(`${where}: ${rate}/s, ${measurement.errors} errors\n`);
      }
    }
  }
  return runs;
}

/** The first requests to each meet code that is not compiled yet; they are not measured, but must be right. */
async function warmUp(targets: readonly Target[], plan: Plan, signal: AbortSignal): Promise<void> {
  for (const target of targets) {
    for (const kind of ['requests', 'streams'] as const) {
      const { faults } = await measure(target, { kind, concurrency: 32 }, plan, signal);
      if (faults.length > 0) throw new Error(`wrong answers from ${target.name} at the warm-up: ${faults.join('; ')}`);
    }
  }
}

async function bench({ plan, json, binary }: Options, signal: AbortSignal): Promise<void> {
  const program = resolve(binary ?? process.env['SSW_INFER_BINARY'] ?? join(import.meta.dir, '../../dist/ssw-infer'));
  if (!existsSync(program)) throw new Error(`no ${program}; build it first: bun run build`);
  await using stack = new AsyncDisposableStack();
  const directory = mkdtempSync(join(tmpdir(), 'ssw-bench-'));
  stack.defer(() => rmSync(directory, { recursive: true, force: true }));
  const site: Site = { directory, tokensPerSecond: plan.tokensPerSecond, stack, signal };
  const surroundings = await lookAround(program, process.argv.slice(2));
  const targets = [await startDirect(site), await startSswInfer(program, site)];
  await warmUp(targets, plan, signal);
  const report = reportOf(surroundings, plan, await measureAll(targets, plan, signal));
  process.stdout.write(`${formatReport(report)}\n`);
  if (json !== undefined) await Bun.write(json, `${JSON.stringify(report, null, 2)}\n`);
  const errors = [...report.requests, ...report.streams].reduce((sum, it) => sum + it.errors, 0);
  if (errors > 0) throw new Error(`${errors} answers were wrong: these figures are of no use`);
}

/** Resolves with the exit code. */
async function main(argv: readonly string[]): Promise<number> {
  const stopped = new AbortController();
  for (const name of ['SIGINT', 'SIGTERM'] as const) process.once(name, () => stopped.abort(new Error(name)));
  let options: Options | undefined;
  try {
    options = parseOptions(argv);
    await bench(options, AbortSignal.any([stopped.signal, AbortSignal.timeout(RUN_LIMIT_MS)]));
    return 0;
  } catch (error) {
    process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
    if (options === undefined) process.stderr.write(`${USAGE}\n`);
    return options === undefined ? EXIT_USAGE : EXIT_FAILED;
  }
}

process.exit(await main(process.argv.slice(2)));
