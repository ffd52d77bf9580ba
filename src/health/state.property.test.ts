import { expect, test } from 'bun:test';
import * as fc from 'fast-check';
import { limits } from './plan.fixture.ts';
import { follow, hearing, look, proven, steps, type Story } from './proven.fixture.ts';
import type { Sample } from './sample.ts';
import type { Passive, Verdict } from './verdict.ts';

/** One look in the life of an engine: how long after the last, how it went, and what real requests met before. */
interface Round {
  readonly pauseMs: number;
  readonly lastedMs: number;
  readonly passives: readonly Passive[];
  readonly health: Sample['health'];
  readonly inFlight: number;
  readonly token: Sample['token'];
  /** Steps made since the last look, and whether `/metrics` tells. */
  readonly stepsMade: number;
  readonly isScraped: boolean;
}

const passive = fc.constantFrom<Passive[]>('answered', 'flowing', 'declined', 'server_error', 'reset', 'aborted');

const anyRound: fc.Arbitrary<Round> = fc.record({
  pauseMs: fc.integer({ min: 0, max: 2000 }),
  lastedMs: fc.integer({ min: 0, max: 5000 }),
  passives: fc.array(passive, { maxLength: 6 }),
  health: fc.constantFrom<Sample['health'][]>('ok', 'ok', 'ok', 'unavailable', 'refused', 'reset', 'timed_out'),
  inFlight: fc.constantFrom(0, 1, 64),
  token: fc.constantFrom<Sample['token'][]>(
    undefined,
    undefined,
    'came',
    'server_error',
    'nonsense',
    'refused',
    'reset',
    'timed_out',
  ),
  stepsMade: fc.constantFrom(0, 0, 0, 0, 0, 1),
  isScraped: fc.boolean(),
});

const wellRound: fc.Arbitrary<Round> = anyRound.map((round) => ({
  ...round,
  passives: ['answered'],
  health: 'ok',
  token: round.token === undefined ? undefined : 'came',
  stepsMade: 1,
  isScraped: true,
}));

/** Most rounds of an engine that hangs are like this. */
const frozenRound: fc.Arbitrary<Round> = anyRound.map((round) => ({
  ...round,
  passives: [],
  health: 'ok',
  inFlight: 1,
  token: round.token === undefined ? undefined : 'timed_out',
  stepsMade: 0,
}));

const hanging = fc.array(fc.oneof({ arbitrary: frozenRound, weight: 12 }, { arbitrary: anyRound, weight: 1 }), {
  minLength: 20,
  maxLength: 80,
  size: 'max',
});

const ailing = fc.array(fc.oneof({ arbitrary: anyRound, weight: 4 }, { arbitrary: wellRound, weight: 1 }), {
  minLength: 20,
  maxLength: 80,
  size: 'max',
});

interface Life {
  readonly story: Story;
  readonly count: number;
  /** The last count that a scrape told. */
  readonly seen: number;
  /** When the engine was last seen to have worked: a step or a token. */
  readonly workedAtMs: number;
}

function live({ story, count, seen, workedAtMs }: Life, round: Round): Life {
  const askedAtMs = story.atMs + round.pauseMs;
  const atMs = askedAtMs + round.lastedMs;
  const after = count + round.stepsMade;
  const { health, inFlight, token } = round;
  const scrape = round.isScraped ? steps(after, askedAtMs) : undefined;
  const heard = hearing(story, askedAtMs, ...round.passives);
  const hasStepped = round.isScraped && after !== seen;
  return {
    story: follow(heard, look({ askedAtMs, atMs, health, inFlight, token, scrape })),
    count: after,
    seen: round.isScraped ? after : seen,
    workedAtMs: token === 'came' || hasStepped ? askedAtMs : workedAtMs,
  };
}

const born: Life = { story: proven, count: 0, seen: 0, workedAtMs: 0 };

function verdicts({ reports }: Story): readonly Verdict[] {
  return reports.flatMap((report) => (report.on === 'verdict' ? [report.verdict] : []));
}

const isBad = ({ is }: Verdict) => is !== 'ok' && is !== 'busy';

test('one bad look among good ones is no news, whatever it is and whatever real requests met', () => {
  const few = fc.array(wellRound, { maxLength: 30 });
  fc.assert(
    fc.property(few, anyRound, few, (before, bad, after) => {
      const { story } = [...before, bad, ...after].reduce(live, born);
      expect(verdicts(story)).toEqual([]);
    }),
    { numRuns: 2000 },
  );
});

test('what real requests meet condemns nobody', () => {
  fc.assert(
    fc.property(fc.array(fc.tuple(wellRound, fc.array(passive, { maxLength: 20 })), { maxLength: 30 }), (rounds) => {
      const { story } = rounds.map(([round, passives]) => ({ ...round, passives })).reduce(live, born);
      expect(verdicts(story)).toEqual([]);
    }),
  );
});

test('stalled means that nothing was seen to work for stall_after_s, and that a token was asked for in vain', () => {
  let found = 0;
  fc.assert(
    fc.property(hanging, (rounds) => {
      let life = born;
      let inVain = 0;
      for (const round of rounds) {
        const before = life;
        life = live(life, round);
        const hasWorked = life.workedAtMs > before.workedAtMs;
        if (round.token !== undefined) inVain += 1;
        if (hasWorked) inVain = 0;
        const told = verdicts(life.story).at(verdicts(before.story).length);
        if (told?.is !== 'stalled') continue;
        found += 1;
        expect(life.story.atMs - life.workedAtMs).toBeGreaterThanOrEqual(limits.stallAfterMs);
        expect(inVain).toBeGreaterThan(0);
      }
    }),
    { numRuns: 1000 },
  );
  expect(found).toBeGreaterThan(100);
});

test('every grave verdict needs two looks that found something wrong', () => {
  let found = 0;
  fc.assert(
    fc.property(ailing, (rounds) => {
      let life = born;
      let bad = 0;
      for (const round of rounds) {
        const before = verdicts(life.story).length;
        life = live(life, round);
        const isWell = round.health === 'ok' && round.token === 'came';
        bad = isWell ? 0 : bad + 1;
        if (!verdicts(life.story).slice(before).some(isBad)) continue;
        found += 1;
        expect(bad).toBeGreaterThanOrEqual(2);
      }
    }),
    { numRuns: 1000 },
  );
  expect(found).toBeGreaterThan(20);
});
