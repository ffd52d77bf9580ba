/**
 * What a crash and a hang cost: from the signal to noticed, to the next engine's process, to ready again; measured on
 * the compiled binary with simulated engines. A table goes to standard output, everything to `--json FILE`.
 */
import { findBinary, run } from '../node/program.ts';
import { startNode, type NodeSite, type RunningNode } from '../node/start.ts';
import { lookAround } from '../overhead/surroundings.ts';
import { CASES, type Case } from './cases.ts';
import { CONFIG } from './config.ts';
import { parseOptions, USAGE, type Options } from './options.ts';
import { formatReport, reportOf, rowOf, type Row } from './report.ts';
import { measureRecovery, type Recovery } from './round.ts';

/** A run that takes longer is ended. */
const RUN_LIMIT_MS = 30 * 60_000;
const READY_LIMIT_MS = 60_000;

async function bench(options: Options, site: NodeSite): Promise<void> {
  const binary = findBinary(options.binary);
  const command = ['bun run bench/recovery/run.ts', ...process.argv.slice(2)].join(' ');
  const surroundings = { ...(await lookAround(binary, [])), command };
  const node = await startNode(binary, CONFIG, site);
  await node.allReady(READY_LIMIT_MS);
  // The first recovery meets code that is not compiled yet; it is not measured.
  for (const it of CASES.slice(0, 1)) await measureRecovery(node, replicaOf(0), it, site.signal);
  const rows: Row[] = [];
  for (const it of CASES) {
    const rounds = it.signal === 'SIGKILL' ? options.rounds : options.hangRounds;
    if (rounds > 0) rows.push(rowOf(it.name, await measureCase(node, it, rounds, site.signal)));
  }
  const report = reportOf(surroundings, rows);
  process.stdout.write(`${formatReport(report)}\n`);
  if (options.json !== undefined) await Bun.write(options.json, `${JSON.stringify(report, null, 2)}\n`);
}

async function measureCase(node: RunningNode, it: Case, rounds: number, signal: AbortSignal): Promise<Recovery[]> {
  const recoveries: Recovery[] = [];
  for (let round = 0; round < rounds; round += 1) {
    const recovery = await measureRecovery(node, replicaOf(round), it, signal);
    recoveries.push(recovery);
    const noticed = Math.round(recovery.noticedMs);
    process.stderr.write(
      `${it.name} ${round + 1}/${rounds}: noticed ${noticed} ms, ready ${Math.round(recovery.totalMs)} ms\n`,
    );
  }
  return recoveries;
}

/** The replicas in turns. */
function replicaOf(round: number): string {
  const { name } = CONFIG.replicas[round % CONFIG.replicas.length] ?? { name: 'bench-0' };
  return name;
}

const program = { usage: USAGE, limitMs: RUN_LIMIT_MS, parse: parseOptions, bench };
process.exit(await run(program, process.argv.slice(2)));
