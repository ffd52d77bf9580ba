import { describe, expect, test } from 'bun:test';
import * as fc from 'fast-check';
import type { EngineMetrics } from '../engine/index.ts';
import type { Sample } from './record.ts';
import { begin, step, type Answer, type Step, type WatchReport } from './state.ts';

const limits = { intervalMs: 1000, timeoutMs: 5000, deadAfterMs: 15_000, stallAfterMs: 30_000 };
const capacity = { kvTokens: 60_000, sequencesMax: 256 };

const scrape = (iterations: number): EngineMetrics => ({
  iterations,
  generatedTokens: iterations,
  running: 1,
  waiting: 0,
  kvTokens: 1,
});
const health = (sample: Partial<Sample> & { readonly atMs: number }): Answer => ({
  to: 'health',
  sample: { health: 'ok', inFlight: 0, metrics: undefined, ...sample },
});

/** Feeds answers one after the other; what was asked and reported, and where it ends. */
function follow(from: Step, answers: readonly Answer[]) {
  const reports: WatchReport[] = [];
  const asked = new Set<string>();
  let last = from;
  for (const answer of answers) {
    last = step(last.watch, answer, limits);
    asked.add(last.next.ask);
    if (last.report !== undefined) reports.push(last.report);
  }
  return { reports, asked: [...asked], last };
}

const warm = follow(begin, [health({ atMs: 0 }), { to: 'warm_up', atMs: 0, capacity }]).last;

describe('a start', () => {
  test('begins by asking at once', () => {
    expect(begin.next).toEqual({ ask: 'health', afterMs: 0 });
  });

  test('is asked about every interval, and being refused is no news', () => {
    const { reports, last } = follow(begin, [
      health({ atMs: 0, health: 'refused' }),
      health({ atMs: 600_000, health: 'refused' }),
    ]);
    expect(reports).toEqual([]);
    expect(last).toMatchObject({ watch: { in: 'starting' }, next: { ask: 'health', afterMs: 1000 } });
  });

  test('answers, gives a token, tells its capacity: in this order', () => {
    const first = step(begin.watch, health({ atMs: 5 }), limits);
    expect(first).toMatchObject({ report: { on: 'answering' }, next: { ask: 'warm_up', afterMs: 0 } });
    const second = step(first.watch, { to: 'warm_up', atMs: 9, capacity }, limits);
    expect(second).toMatchObject({ report: { on: 'warm', capacity }, next: { ask: 'health', afterMs: 1000 } });
  });

  test('that answers but never gives a token is tried again, and stalled in the end', () => {
    const answering = step(begin.watch, health({ atMs: 0 }), limits);
    const failed = step(answering.watch, { to: 'warm_up', atMs: 119_999, failed: 'aborted' }, limits);
    expect(failed).toMatchObject({ report: undefined, next: { ask: 'warm_up', afterMs: 1000 } });
    const over = step(failed.watch, { to: 'warm_up', atMs: 120_000, failed: 'aborted' }, limits);
    expect(over.report).toEqual({ on: 'verdict', verdict: { is: 'stalled', forMs: 120_000 } });
  });
});

describe('a warm engine', () => {
  test('gives no news while it is well', () => {
    expect(
      follow(warm, [health({ atMs: 1000 }), health({ atMs: 2000, inFlight: 2, metrics: scrape(5) })]).reports,
    ).toEqual([]);
  });

  test('that says 503 is asked again at once, and believed the second time', () => {
    const once = step(warm.watch, health({ atMs: 1000, health: 'unavailable' }), limits);
    expect(once).toMatchObject({ report: undefined, next: { ask: 'health', afterMs: 100 } });
    const twice = step(once.watch, health({ atMs: 1100, health: 'unavailable' }), limits);
    expect(twice.report).toEqual({ on: 'verdict', verdict: { is: 'dead', because: 'unavailable' } });
  });

  test('that refuses for a while and comes back was never dead', () => {
    const answers = [1000, 8000, 15_999].map((atMs) => health({ atMs, health: 'refused' }));
    expect(
      follow(warm, [...answers, health({ atMs: 16_000 }), health({ atMs: 17_000, health: 'refused' })]).reports,
    ).toEqual([]);
  });

  test('that refuses for dead_after_s is dead', () => {
    const answers = [1000, 16_000].map((atMs) => health({ atMs, health: 'refused' }));
    expect(follow(warm, answers).reports).toEqual([{ on: 'verdict', verdict: { is: 'dead', because: 'refused' } }]);
  });

  test('that answers late for an hour and then breaks one connection is not dead of it', () => {
    const late = Array.from({ length: 600 }, (_, round) =>
      health({ atMs: 6000 * (round + 1), health: 'timed_out', inFlight: 9, metrics: scrape(round) }),
    );
    const broken = [3_601_000, 3_602_000].map((atMs) => health({ atMs, health: 'reset', inFlight: 9 }));
    const { reports } = follow(warm, [...late, ...broken]);
    expect(reports.at(-1)).not.toMatchObject({ verdict: { is: 'dead' } });
  });

  test('that answers late and then says 503 is asked again before it is believed', () => {
    const late = [6000, 12_000].map((atMs) =>
      health({ atMs, health: 'timed_out', inFlight: 9, metrics: scrape(atMs) }),
    );
    const once = follow(warm, [...late, health({ atMs: 13_000, health: 'unavailable', inFlight: 9 })]);
    expect(once.reports.at(-1)).not.toMatchObject({ verdict: { is: 'dead' } });
    expect(once.last.next).toEqual({ ask: 'health', afterMs: 100 });
    const twice = step(once.last.watch, health({ atMs: 13_100, health: 'unavailable', inFlight: 9 }), limits);
    expect(twice.report).toEqual({ on: 'verdict', verdict: { is: 'dead', because: 'unavailable' } });
  });

  test('that is busy is reported once, and once more when it is not', () => {
    const late = [6000, 12_000, 18_000, 24_000].map((atMs) =>
      health({ atMs, health: 'timed_out', inFlight: 9, metrics: scrape(atMs) }),
    );
    expect(follow(warm, [...late, health({ atMs: 25_000 })]).reports).toEqual([
      { on: 'verdict', verdict: { is: 'busy' } },
      { on: 'verdict', verdict: { is: 'ok' } },
    ]);
  });
});

describe('a count of steps that stands still while requests are in flight', () => {
  const still = [1000, 16_000, 31_000].map((atMs) => health({ atMs, inFlight: 1, metrics: scrape(7) }));

  const doubted = follow(warm, still);
  const noToken = (atMs: number, metrics: EngineMetrics | undefined): Answer => ({
    to: 'token',
    atMs,
    came: false,
    metrics,
  });

  test('is doubted after stall_after_s: with no token and no step it is a stall', () => {
    expect(doubted.reports).toEqual([]);
    expect(doubted.last.next).toEqual({ ask: 'token', afterMs: 0 });
    expect(step(doubted.last.watch, noToken(36_000, scrape(7)), limits)).toMatchObject({
      report: { on: 'verdict', verdict: { is: 'stalled', forMs: 35_000 } },
      next: { ask: 'health', afterMs: 1000 },
    });
  });

  test('is no stall when the token queues behind a burst but steps go on', () => {
    const moved = step(doubted.last.watch, noToken(36_000, scrape(8)), limits);
    expect(moved).toMatchObject({ report: undefined, next: { ask: 'health', afterMs: 1000 } });
    const again = [37_000, 66_999].map((atMs) => health({ atMs, inFlight: 1, metrics: scrape(8) }));
    expect(follow(moved, again).asked).toEqual(['health']);
  });

  test('is asked again for a token while /metrics is silent too, but not for longer than stall_after_s', () => {
    const silent = follow(doubted.last, [noToken(41_000, undefined), noToken(60_999, undefined)]);
    expect(silent.reports).toEqual([]);
    expect(silent.last.next).toEqual({ ask: 'token', afterMs: 1000 });
    expect(step(silent.last.watch, noToken(61_000, undefined), limits).report).toEqual({
      on: 'verdict',
      verdict: { is: 'stalled', forMs: 60_000 },
    });
    expect(step(silent.last.watch, noToken(61_000, scrape(8)), limits).report).toBeUndefined();
  });

  test('is only a slow reader if the token comes, and counting begins anew', () => {
    const came = step(doubted.last.watch, { to: 'token', atMs: 31_100, came: true, metrics: undefined }, limits);
    expect(came).toMatchObject({ report: undefined, next: { ask: 'health', afterMs: 1000 } });
    const again = [32_000, 61_999].map((atMs) => health({ atMs, inFlight: 1, metrics: scrape(8) }));
    expect(follow(came, again).asked).toEqual(['health']);
  });

  test('counts only what was answered: a silent /metrics under load is no stall', () => {
    const silent = Array.from({ length: 600 }, (_, second) =>
      health({ atMs: 2000 + 1000 * second, inFlight: 64, metrics: undefined }),
    );
    const { reports, asked } = follow(warm, [health({ atMs: 1000, inFlight: 64, metrics: scrape(7) }), ...silent]);
    expect(reports).toEqual([]);
    expect(asked).toEqual(['health']);
  });

  test('starts from nothing with each new work', () => {
    const answers = [
      health({ atMs: 1000, inFlight: 1, metrics: scrape(7) }),
      health({ atMs: 20_000, inFlight: 0 }),
      health({ atMs: 40_000, inFlight: 1, metrics: scrape(7) }),
    ];
    expect(follow(warm, answers).asked).toEqual(['health']);
  });
});

test('an answer to what was not asked changes nothing', () => {
  expect(step(warm.watch, { to: 'token', atMs: 1, came: false, metrics: undefined }, limits).watch).toBe(warm.watch);
  expect(step(begin.watch, { to: 'warm_up', atMs: 1, capacity }, limits)).toEqual({
    watch: begin.watch,
    report: undefined,
    next: { ask: 'health', afterMs: 1000 },
  });
});

/** A healthy engine at full load: steps advance each second, but any answer may come late or not at all for a while. */
const lateAnswer = fc.record({
  health: fc.constantFrom('ok' as const, 'timed_out' as const),
  scraped: fc.boolean(),
  inFlight: fc.integer({ min: 1, max: 256 }),
});

test('a busy healthy engine is never condemned, whatever of it comes late', () => {
  fc.assert(
    fc.property(fc.array(lateAnswer, { maxLength: 200 }), (rounds) => {
      let atMs = 0;
      const answers = rounds.map(({ health: said, scraped, inFlight }, round) => {
        atMs += said === 'ok' ? 1000 : 6000;
        const heard = scraped || round % 4 === 0; // never silent for stall_after_s altogether
        return health({ atMs, health: said, inFlight, metrics: heard ? scrape(round) : undefined });
      });
      const { reports, asked } = follow(warm, answers);
      expect(asked).not.toContain('token');
      for (const report of reports) expect(report).toMatchObject({ verdict: { is: expect.stringMatching(/ok|busy/) } });
    }),
  );
});

/**
 * A healthy engine, busy for long: `/health` never answers in time and `/metrics` only in one round of four. For two
 * minutes in ten its clients read so slowly that it has nothing to do; then comes a burst, behind which a token queues.
 */
function busyEngine() {
  let steps = 0;
  return {
    sample(atMs: number): Sample {
      const minute = Math.floor(atMs / 60_000);
      if (minute % 10 < 8) steps += 50;
      const heard = Math.floor(atMs / 6000) % 4 === 0;
      return { atMs, health: 'timed_out', inFlight: 256, metrics: heard ? scrape(steps) : undefined };
    },
    burst(): EngineMetrics {
      steps += 1;
      return scrape(steps);
    },
  };
}

test('a busy healthy engine that answers /health late for ten hours is never condemned', () => {
  const engine = busyEngine();
  const told = new Set<string>();
  let doubts = 0;
  let { watch, next } = warm;
  for (let atMs = 6000; atMs < 36_000_000; atMs += 6000) {
    if (next.ask === 'token') doubts += 1;
    const answer: Answer =
      next.ask === 'token'
        ? { to: 'token', atMs, came: false, metrics: engine.burst() }
        : { to: 'health', sample: engine.sample(atMs) };
    const after = step(watch, answer, limits);
    ({ watch, next } = after);
    if (after.report?.on === 'verdict') told.add(after.report.verdict.is);
  }
  expect([...told].toSorted()).toEqual(['busy', 'ok']);
  expect(doubts).toBeGreaterThan(0);
});
