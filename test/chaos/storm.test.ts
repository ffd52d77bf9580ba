import { afterAll, expect, test } from 'bun:test';
import { until } from '../support/wait.ts';
import { createHost } from './storm/host.ts';
import { learnAnswers, startLoad, type Answers, type Load } from './storm/load.ts';
import { createRandom } from '../support/random.ts';
import { readSettings, replayCommand } from './storm/settings.ts';
import { rage } from './storm/storm.ts';
import { movesIn, timelineOf } from './storm/timeline.ts';
import { createTrace, type Trace } from './storm/trace.ts';
import { falseRestarts, judge } from './storm/verdict.ts';
import { createWitness } from './storm/witness.ts';

const CLIENTS = 24;
/** Start, calm after the storm, stop. */
const BEYOND_STORM_MS = 240_000;
/** Answers that must come after the storm, with nothing wrong. */
const ANSWERS_AFTER = 100;
const TOLD_MAX = 20;

const settings = readSettings(process.env);
const host = createHost();
const witness = createWitness(host.directory);
afterAll(async () => {
  witness.stop();
  await host[Symbol.asyncDispose]();
}, 60_000);

test(
  `a storm of faults under load (${replayCommand(settings)})`,
  async () => {
    const trace = createTrace();
    let load: Load | undefined;
    try {
      await host.start();
      await until('all are ready', async () => (await host.status()).replicas.every((it) => it.state === 'ready'));
      const answers = await learnAnswers(host.url());
      load = startLoad(() => host.url(), CLIENTS, createRandom(settings.seed + 1));
      await rage(settings.seed, settings.lengthMs, host, trace);
      const completed = () => load?.accounts.filter((it) => it.ending.is === 'completed').length ?? 0;
      const before = completed();
      await until('requests complete', () => completed() >= before + ANSWERS_AFTER);
      await load.stop();
      await until('nothing waits or runs', isQuiet, 5000);

      expect(await host.stop()).toBe(0);
      expect(problems(load, answers, trace)).toEqual([]);
      expect(witness.leftovers()).toEqual([]);
    } catch (error) {
      process.stderr.write(`${replayCommand(settings)}\n${trace.text()}\n${endOf(host.log())}\n`);
      throw error;
    } finally {
      await load?.stop();
    }
    process.stdout.write(`${trace.hits.length} hits, ${load.sent()} requests: ${JSON.stringify(counted(load))}\n`);
  },
  settings.lengthMs + BEYOND_STORM_MS,
);

async function isQuiet(): Promise<boolean> {
  const { pools, replicas } = await host.status();
  return pools.every((it) => it.waiting === 0) && replicas.every((it) => it.in_flight === 0);
}

/** Everything that must not have been, the first few of it. */
function problems(load: Load, answers: Answers, trace: Trace): readonly string[] {
  const timeline = timelineOf(movesIn(host.log()), trace.hits, trace.outages);
  const lost = load.sent() - load.accounts.length;
  return [
    ...trace.faults,
    ...(lost === 0 ? [] : [`${lost} requests have no account`]),
    ...load.accounts.flatMap((it) => judge(it, answers, timeline)),
    ...falseRestarts(timeline),
  ].slice(0, TOLD_MAX);
}

function counted({ accounts }: Load): Record<string, number> {
  const count: Record<string, number> = {};
  for (const { ending } of accounts) {
    const name = ending.is === 'refused' ? `${ending.status} ${ending.code}` : ending.is;
    count[name] = (count[name] ?? 0) + 1;
  }
  return count;
}

/** The transitions in a log, the last of them: what a person looks for first. */
function endOf(log: string): string {
  const LINES = 300;
  return movesIn(log)
    .map((it) => `${new Date(it.atMs).toISOString()} ${it.replica} ${it.from} → ${it.to} (${it.because})`)
    .slice(-LINES)
    .join('\n');
}
