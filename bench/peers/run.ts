/**
 * What the program costs beside others that one would put in its place: the same fake upstream directly, through the
 * compiled binary and through each peer that is installed, in turns within one run. Tables go to standard output, everything
 * to `--json FILE`; progress to standard error.
 */
import { mkdirSync } from 'node:fs';
import { loadavg } from 'node:os';
import { join } from 'node:path';
import { findBinary, run } from '../node/program.ts';
import type { NodeSite } from '../node/start.ts';
import { lookAround } from '../overhead/surroundings.ts';
import { startDirect } from '../overhead/targets/upstream.ts';
import type { Site } from '../overhead/targets/target.ts';
import { parseOptions, USAGE, type Options } from './options.ts';
import { allPeers, choosePeers } from './peers.ts';
import { errorsOf, reportOf } from './report.ts';
import { measureRounds, warmUp, type Contestant } from './rounds.ts';
import { startPeer } from './start.ts';
import { startKeyed } from './targets/ssw-infer.ts';
import { formatReport } from './text.ts';

/** A run that takes longer is ended. */
const RUN_LIMIT_MS = 60 * 60_000;

/**
 * Load before the first measurement: what runs for weeks is not measured while its compiler is at work on it. A window that is
 * too short to mean anything needs none.
 */
const WARM_UP_MS = 10_000;
const MEANT_WINDOW_MS = 1000;

async function bench(options: Options, site: NodeSite): Promise<void> {
  const { plan, only, paths, json } = options;
  const all = allPeers(paths);
  const chosen = choosePeers(all, only);
  const command = ['bun run bench:peers', ...process.argv.slice(2)].join(' ');
  const binary = findBinary(options.binary);
  const surroundings = { ...(await lookAround(binary, [])), command };
  const peers: { name: string; version: string }[] = [];
  for (const one of chosen) peers.push({ name: one.name, version: await one.version() });

  const place = (name: string): Site => {
    const directory = join(site.directory, name);
    mkdirSync(directory);
    return { ...site, directory, tokensPerSecond: plan.tokensPerSecond };
  };
  const warmUpMs = plan.windowMs < MEANT_WINDOW_MS ? 0 : WARM_UP_MS;
  const always = { streamsMax: Infinity, warmUpMs, mayFail: false };
  const direct = await startDirect(place('d'));
  const contestants: Contestant[] = [
    { target: direct, ...always },
    { target: await startKeyed(binary, place('s')), ...always },
  ];
  const beside = place('p');
  for (const one of chosen) {
    process.stderr.write(`starting ${one.name}\n`);
    const target = await startPeer(one, direct.port, beside);
    const { streamsMax = Infinity, warmUpMs: own = 0 } = one;
    contestants.push({ target, streamsMax, warmUpMs: Math.max(own, warmUpMs), mayFail: true });
  }
  await warmUp(contestants, plan, site.signal);

  const rounds = await measureRounds(contestants, plan, site.signal);
  const absent = all.filter((it) => !chosen.includes(it)).map((it) => ({ name: it.name, why: absence(it, only) }));
  const report = reportOf({ ...surroundings, peers, absent, load_average_after: loadavg()[0] ?? 0 }, plan, rounds);
  process.stdout.write(`${formatReport(report)}\n`);
  if (json !== undefined) await Bun.write(json, `${JSON.stringify(report, null, 2)}\n`);
  const errors = errorsOf(report) + report.failures.length;
  if (errors > 0) throw new Error(`${errors} answers were wrong, or missing: those figures are of no use`);
}

function absence(peer: { executable: string | undefined; remedy: string }, only: Options['only']): string {
  return only !== undefined && peer.executable !== undefined ? 'left out' : `not installed: ${peer.remedy}`;
}

const parse = (argv: readonly string[]) => parseOptions(argv, process.env);
process.exit(await run({ usage: USAGE, limitMs: RUN_LIMIT_MS, parse, bench }, process.argv.slice(2)));
