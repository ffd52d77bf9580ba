import { beforeAll, describe, expect, test } from 'bun:test';
import { createRandom } from '../../support/random.ts';
import { burst, numbered, poisson, type Job } from './workload.ts';
import { play, type Study } from './study.ts';
import type { Gauge } from './gauge.ts';

/** As the engines of `test/chaos/burst`: an 8B model on a small card. */
const CARD = {
  limits: { sequencesMax: 256, tokensPerStepMax: 2048, kvBlocks: 2500 },
  speed: { prefillTokensPerS: 8000, decodeStepMs: 25 },
};
/** About as there. */
const LENGTHS = { promptTokens: 350, outputTokens: 70, sigma: 0.6 };
const OUTPUT_TOKENS_MEAN = 84;
const QUIET = Array.from({ length: 49 }, (_, index) => `quiet-${index}`);
/** Three tenths of what four such engines can do. */
const QUIET_PER_SECOND = 16;
const LENGTH_MS = 70_000;
const BURST = { tenant: 'noisy', count: 2000, atMs: 20_000 };
const SEEDS = [1, 2, 3];

const quietOf = (seed: number) => poisson(createRandom(seed), QUIET, QUIET_PER_SECOND, LENGTH_MS, LENGTHS);
const noisyOf = (seed: number) => burst(createRandom(seed + 50), BURST.tenant, BURST.count, BURST.atMs, LENGTHS);
const withoutBurst = SEEDS.map((seed) => numbered(quietOf(seed)));
const withBurst = SEEDS.map((seed) => numbered([...quietOf(seed), ...noisyOf(seed)]));

const study = (jobs: readonly Job[], otherwise: Partial<Study> = {}): Gauge =>
  play({ jobs, replicas: 4, card: CARD, quantum: 1024, ...otherwise });
const studies = (all: readonly (readonly Job[])[], otherwise: Partial<Study> = {}) =>
  all.map((jobs) => ({ jobs, gauge: study(jobs, otherwise) }));
type Studies = ReturnType<typeof studies>;

/** Of the quiet tenants' requests from the burst on: so many hundredths had their first token within that many ms. */
function quietFirstTokenMs(played: Studies, percentile: number): number {
  const isCounted = ({ tenant, atMs }: Job) => tenant !== BURST.tenant && atMs >= BURST.atMs;
  const all = played.flatMap(({ jobs, gauge }) => gauge.firstTokensMs(jobs.filter(isCounted)));
  return all.toSorted((one, other) => one - other)[Math.floor((all.length * percentile) / 100)] ?? Number.NaN;
}

const mean = (played: Studies, of: (gauge: Gauge) => number): number =>
  played.reduce((sum, { gauge }) => sum + of(gauge), 0) / played.length;
const throughput = (played: Studies): number => mean(played, (gauge) => gauge.tokensPerSecond());

describe('one tenant sends 2,000 requests at once beside 49 quiet ones', () => {
  let alone: Studies;
  let fair: Studies;
  let oneLine: Studies;
  beforeAll(() => {
    alone = studies(withoutBurst);
    fair = studies(withBurst);
    oneLine = studies(withBurst, { isOneLine: true, isUnpaced: true });
  }, 60_000);

  test('the quiet ones wait hardly longer for their first token than without it', () => {
    const undisturbedMs = quietFirstTokenMs(alone, 95);
    expect(quietFirstTokenMs(fair, 95)).toBeLessThan(2 * undisturbedMs);
    expect(quietFirstTokenMs(oneLine, 95)).toBeGreaterThan(100 * undisturbedMs);
  });

  test('which takes that engines are not given more to read than they soon have read', () => {
    const unpaced = studies(withBurst, { isUnpaced: true });
    expect(quietFirstTokenMs(unpaced, 95)).toBeGreaterThan(5 * quietFirstTokenMs(fair, 95));
  });

  test('and costs less than 2 % of what could be served', () => {
    expect(throughput(fair)).toBeGreaterThan(0.98 * throughput(oneLine));
  });

  test('while somebody waits the room is full', () => {
    expect(mean(fair, (gauge) => gauge.fill().budget)).toBeGreaterThan(0.98);
    expect(mean(fair, (gauge) => gauge.fill().kv)).toBeGreaterThan(0.85);
  });
});

describe('estimates that are wrong', () => {
  const [jobs = []] = withBurst;
  /** Always so many times the mean. */
  const guess =
    (factor: number) =>
    ({ promptTokens }: Job) => ({
      promptTokens: Math.ceil(promptTokens * factor),
      outputTokens: Math.ceil(OUTPUT_TOKENS_MEAN * factor),
    });
  const right = study(jobs, { guess: guess(1) });

  test('much too low ones: the target falls, and the engines do not thrash', () => {
    const low = study(jobs, { guess: guess(0.3) });
    const unsteered = study(jobs, { guess: guess(0.3), isUnsteered: true });
    expect(low.share()).toBeLessThan(1);
    expect(low.preemptions()).toBeLessThan(unsteered.preemptions() / 4);
    expect(low.tokensPerSecond()).toBeGreaterThan(0.98 * right.tokensPerSecond());
  });

  test('much too high ones: the target rises, and the engines work on', () => {
    const high = study(jobs, { guess: guess(2) });
    expect(high.share()).toBeCloseTo(1.1);
    expect(high.tokensPerSecond()).toBeGreaterThan(0.93 * right.tokensPerSecond());
  });

  test('those of a node that has seen nothing yet are soon right: also for what waits already', () => {
    const cold = numbered(burst(createRandom(9), 'noisy', BURST.count, 0, LENGTHS));
    const learnt = study(cold);
    expect(learnt.tokensPerSecond()).toBeGreaterThan(0.97 * study(cold, { guess: guess(1) }).tokensPerSecond());
    expect(learnt.preemptions()).toBeLessThan(BURST.count / 50);
  });
});
