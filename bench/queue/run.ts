/**
 * What a request costs in the queue: whole lifecycles through a real Redis, beside the same in the form of one script
 * call for each transition, in turns within one run. A table goes to standard output, everything to `--json FILE`.
 */
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { findBinary, run } from '../node/program.ts';
import type { NodeSite } from '../node/start.ts';
import { lookAround } from '../overhead/surroundings.ts';
import { createBaseline } from './baseline/target.ts';
import { measureIdleLatency, measureLatencyAt, measureThroughput, type Throughput } from './load.ts';
import { parseOptions, USAGE, type Options } from './options.ts';
import { createProduct } from './product.ts';
import { formatReport, type Round } from './report.ts';
import { startServer, type Server } from './server.ts';
import type { Target } from './target.ts';

/** A run that takes longer is ended. */
const RUN_LIMIT_MS = 60 * 60_000;

type Open = (server: Server, stack: AsyncDisposableStack) => Promise<Target>;
const TARGETS: readonly Open[] = [
  ({ client }) => createBaseline(client),
  (server, stack) => createProduct(server, stack, false),
  (server, stack) => createProduct(server, stack, true),
];

/** One target on a Redis of its own, from the shortest line to the longest. */
async function measure(open: Open, directory: string, { points, windowMs, idleRequests }: Options): Promise<Round> {
  await using stack = new AsyncDisposableStack();
  mkdirSync(directory);
  const server = await startServer(directory, stack);
  const target = await open(server, stack);
  const idle = await measureIdleLatency(target, idleRequests);
  const throughput: Throughput[] = [];
  for (const point of points) throughput.push(await measureThroughput(target, server, { ...point, windowMs }));
  const slowest = Math.min(...throughput.map((it) => it.perSecond)); // else it falls behind for good once a line has formed
  const half = await measureLatencyAt(target, slowest / 2, windowMs);
  return { target: target.name, throughput, idle, half };
}

async function bench(options: Options, site: NodeSite): Promise<void> {
  const command = ['bun run bench/queue/run.ts', ...process.argv.slice(2)].join(' ');
  const surroundings = { ...(await lookAround(findBinary(undefined), [])), command };
  const rounds: Round[] = [];
  for (let round = 0; round < options.rounds; round += 1) {
    for (const [at, open] of TARGETS.entries()) {
      rounds.push(await measure(open, join(site.directory, `${round}-${at}`), options));
      process.stderr.write(`round ${round + 1}: ${rounds.at(-1)?.target} is measured\n`);
    }
  }
  const report = { benchmark: 'queue' as const, ...surroundings, rounds };
  process.stdout.write(`${formatReport(report)}\n`);
  if (options.json !== undefined) await Bun.write(options.json, `${JSON.stringify(report, null, 2)}\n`);
}

const program = { usage: USAGE, limitMs: RUN_LIMIT_MS, parse: parseOptions, bench };
process.exit(await run(program, process.argv.slice(2)));
