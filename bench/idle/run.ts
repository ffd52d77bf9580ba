/**
 * What the program costs while nobody asks for anything: CPU and memory of the supervisor, of Redis and of the engines,
 * apart. A table goes to standard output, everything to `--json FILE`.
 */
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { findBinary, run } from '../node/program.ts';
import type { NodeSite } from '../node/start.ts';
import { lookAround } from '../overhead/surroundings.ts';
import { measureIdle, type Idle } from './measure.ts';
import { parseOptions, USAGE, type Options } from './options.ts';
import { formatReport, reportOf } from './report.ts';

/** A run that takes longer is ended. */
const RUN_LIMIT_MS = 30 * 60_000;

async function bench(options: Options, site: NodeSite): Promise<void> {
  const binary = findBinary(options.binary);
  const command = ['bun run bench/idle/run.ts', ...process.argv.slice(2)].join(' ');
  const surroundings = { ...(await lookAround(binary, [])), command };
  const measured: Idle[] = [];
  for (const replicas of options.replicas) {
    const directory = join(site.directory, String(replicas));
    mkdirSync(directory);
    await using stack = new AsyncDisposableStack();
    measured.push(await measureIdle(binary, replicas, options.windowMs, { ...site, directory, stack }));
    process.stderr.write(`${replicas} replicas are measured\n`);
  }
  const report = reportOf(surroundings, measured);
  process.stdout.write(`${formatReport(report)}\n`);
  if (options.json !== undefined) await Bun.write(options.json, `${JSON.stringify(report, null, 2)}\n`);
}

const program = { usage: USAGE, limitMs: RUN_LIMIT_MS, parse: parseOptions, bench };
process.exit(await run(program, process.argv.slice(2)));
