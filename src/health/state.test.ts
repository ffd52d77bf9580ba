import { describe, expect, test } from 'bun:test';
import { limits } from './plan.fixture.ts';
import { asks, capacity, follow, hearing, look, proven, started, steps } from './proven.fixture.ts';
import { begin, nearlyAnswering, nextQuestion, step } from './state.ts';
import type { Passive, Verdict } from './verdict.ts';

const verdict = (told: Verdict) => ({ on: 'verdict', verdict: told }) as const;

describe('a start', () => {
  test('is asked about at once and then every interval, and being refused is no news', () => {
    expect(asks(started)).toEqual({ ask: 'start', afterMs: 0 });
    const refused = follow(
      started,
      { to: 'start', atMs: 0, health: 'refused' },
      { to: 'start', atMs: 600_000, health: 'refused' },
    );
    expect(refused.reports).toEqual([]);
    expect(asks(refused)).toEqual({ ask: 'start', afterMs: 1000 });
  });

  test('answers, gives a token, tells its capacity: in this order', () => {
    const answering = follow(started, { to: 'start', atMs: 5, health: 'ok' });
    expect(answering.reports).toEqual([{ on: 'answering' }]);
    expect(asks(answering)).toEqual({ ask: 'warm_up', afterMs: 0 });
    const warm = follow(answering, { to: 'warm_up', atMs: 9, capacity });
    expect(warm.reports.at(-1)).toEqual({ on: 'warm', capacity });
    expect(asks(warm)).toEqual({ ask: 'health', afterMs: 1000 });
  });

  test('that answers but gives no token is asked again for as long as it is watched', () => {
    const answering = follow(started, { to: 'start', atMs: 0, health: 'ok' });
    const failed = [1000, 600_000].map(
      (atMs) => ({ to: 'warm_up', atMs, failed: 'an answer without a token' }) as const,
    );
    const waiting = follow(answering, ...failed);
    const why = 'an answer without a token';
    expect(waiting.reports).toEqual([...answering.reports, { on: 'not_yet', why }]);
    expect(asks(waiting)).toEqual({ ask: 'warm_up', afterMs: 1000 });
  });

  test('bug: tells what it met instead, whenever that is something else', () => {
    const met = (why: string | undefined) => ({ to: 'start', atMs: 0, health: 'unavailable', why }) as const;
    const starting = follow(started, met('status 404'), met('status 404'), met(undefined), met('status 307'));
    expect(starting.reports).toEqual([
      { on: 'not_yet', why: 'status 404' },
      { on: 'not_yet', why: 'status 307' },
    ]);
    const warming = follow(started, { to: 'start', atMs: 1, health: 'ok' }, { to: 'warm_up', atMs: 2, failed: 'a' });
    expect(follow(warming, { to: 'warm_up', atMs: 3, failed: 'b' }).reports.slice(1)).toEqual([
      { on: 'not_yet', why: 'a' },
      { on: 'not_yet', why: 'b' },
    ]);
  });

  test('that cannot be asked for want of our own says so, and is asked again', () => {
    const blind = follow(started, { to: 'blind', atMs: 0, because: 'no descriptors' });
    expect(blind.reports).toEqual([{ on: 'not_yet', why: 'no descriptors' }]);
    expect(asks(blind)).toEqual({ ask: 'start', afterMs: 1000 });
  });

  test('bug: that says it is about to listen waits for no interval: it is asked at once, and then every 100 ms', () => {
    const refused = follow(started, { to: 'start', atMs: 1000, health: 'refused' });
    const listening = { ...refused, watch: nearlyAnswering(refused.watch, 1400), atMs: 1400 };
    expect(asks(listening)).toEqual({ ask: 'start', afterMs: 0 });
    const again = follow(listening, { to: 'start', atMs: 1410, health: 'refused' });
    expect(asks(again)).toEqual({ ask: 'start', afterMs: 100 });
    expect(nearlyAnswering(again.watch, 1450)).toBe(again.watch);
    expect(follow(again, { to: 'start', atMs: 1510, health: 'ok' }).reports).toEqual([{ on: 'answering' }]);
  });

  test('is over once it answered: that it is about to listen is no news then', () => {
    const warming = follow(started, { to: 'start', atMs: 5, health: 'ok' });
    for (const { watch } of [warming, proven]) expect(nearlyAnswering(watch, 9)).toBe(watch);
  });

  test('hears nothing of real requests, for it gets none', () => {
    expect(hearing(started, 5, 'reset', 'reset').watch).toBe(begin);
  });
});

describe('a replica that is well', () => {
  test('gives no news', () => {
    const atWork = { inFlight: 2, scrape: steps(5, 2000) };
    expect(follow(proven, look({ atMs: 1000 }), look({ atMs: 2000, ...atWork })).reports).toEqual([]);
  });

  test('is looked at every interval while it works, counted from look to look', () => {
    const slow = follow(proven, look({ askedAtMs: 1000, atMs: 1400, inFlight: 1 }));
    expect(asks(slow)).toEqual({ ask: 'health', afterMs: 600 });
    const late = follow(proven, look({ askedAtMs: 1000, atMs: 6000, inFlight: 1, health: 'timed_out' }));
    expect(asks(late)).toEqual({ ask: 'progress', afterMs: 0 });
  });

  test('is looked at every fifth interval while it idles, unless requests are in flight', () => {
    const glanced = follow(proven, look({ atMs: 1000 }), { to: 'glance', atMs: 2000, inFlight: 0 });
    expect(asks(glanced)).toEqual({ ask: 'glance', afterMs: 1000 });
    expect(asks(follow(glanced, { to: 'glance', atMs: 5000, inFlight: 0 }))).toEqual({ ask: 'health', afterMs: 1000 });
    expect(asks(follow(glanced, { to: 'glance', atMs: 3000, inFlight: 1 }))).toEqual({ ask: 'health', afterMs: 0 });
  });

  test('and is looked at every interval until a bad look is made good', () => {
    const refused = follow(proven, look({ atMs: 1000, health: 'refused' }));
    expect(asks(refused)).toEqual({ ask: 'progress', afterMs: 1000 });
    const good = follow(refused, look({ atMs: 2000 }));
    expect(asks(good)).toEqual({ ask: 'health', afterMs: 1000 });
    expect(asks(follow(good, look({ atMs: 3000 })))).toEqual({ ask: 'glance', afterMs: 1000 });
  });

  test('is busy at its second late answer, and ok at the second in time', () => {
    const late = [6000, 11_000].map((atMs) =>
      look({ atMs, health: 'timed_out', inFlight: 9, scrape: steps(atMs, atMs) }),
    );
    const inTime = [12_000, 13_000].map((atMs) => look({ atMs, inFlight: 9, scrape: steps(atMs, atMs) }));
    expect(follow(proven, ...late.slice(1), ...inTime.slice(1)).reports).toEqual([]);
    expect(follow(proven, ...late, ...inTime).reports).toEqual([verdict({ is: 'busy' }), verdict({ is: 'ok' })]);
  });

  test('says 503, is looked at again at once, and is believed', () => {
    const once = follow(proven, look({ atMs: 1000, health: 'unavailable' }));
    expect(once.reports).toEqual([]);
    expect(asks(once)).toEqual({ ask: 'progress', afterMs: 100 });
    const twice = follow(once, look({ atMs: 1100, health: 'unavailable' }));
    expect(twice.reports).toEqual([verdict({ is: 'dead', because: 'unavailable' })]);
    expect(asks(twice).afterMs).toBe(1000);
  });

  test('refuses for a while and is well again: no news', () => {
    const refused = [1000, 8000, 15_999].map((atMs) => look({ atMs, health: 'refused' }));
    const story = follow(proven, ...refused, look({ atMs: 16_000 }), look({ atMs: 17_000, health: 'refused' }));
    expect(story.reports).toEqual([]);
  });

  test('refuses for dead_after_s, is unreachable, and ok again at the second answer', () => {
    const away = follow(proven, look({ atMs: 1000, health: 'refused' }), look({ atMs: 16_000, health: 'refused' }));
    const told = verdict({ is: 'unreachable', because: 'refused', forMs: 16_000 });
    expect(away.reports).toEqual([told]);
    const back = follow(away, look({ atMs: 600_000 }), look({ atMs: 601_000 }));
    expect(back.reports).toEqual([told, verdict({ is: 'ok' })]);
  });
});

describe('an idle replica', () => {
  const idle = follow(proven, look({ atMs: 14_500 }));

  test('is asked for one token when none was seen for idle_probe_s', () => {
    expect(asks(follow(proven, look({ atMs: 13_500 })))).toEqual({ ask: 'glance', afterMs: 1000 });
    expect(asks(idle)).toEqual({ ask: 'idle_token', afterMs: 1000 });
    expect(asks(follow(idle, look({ atMs: 15_500, token: 'came' })))).toEqual({ ask: 'glance', afterMs: 1000 });
  });

  test('is not, where a real request ended well: traffic proves more than a probe', () => {
    expect(asks(hearing(idle, 15_000, 'answered'))).toEqual({ ask: 'glance', afterMs: 500 });
  });

  test('is, whatever requests its API refuses meanwhile: a frozen engine refuses them as well', () => {
    expect(asks(hearing(idle, 15_000, 'declined'))).toEqual({ ask: 'idle_token', afterMs: 500 });
  });

  test('whose token does not come is doubted: asked again and again, with its steps', () => {
    const doubted = follow(idle, look({ askedAtMs: 15_500, atMs: 20_500, token: 'timed_out' }));
    expect(doubted.reports).toEqual([]);
    expect(asks(doubted)).toEqual({ ask: 'token', afterMs: 0 });
  });

  test('is stalled when its steps stood still for stall_after_s meanwhile', () => {
    const vain = (askedAtMs: number, count: number) =>
      look({ askedAtMs, atMs: askedAtMs + 5000, token: 'timed_out', scrape: steps(count, askedAtMs) });
    const doubted = follow(idle, vain(15_500, 7), vain(20_500, 7), vain(25_500, 7), vain(30_500, 7), vain(35_500, 7));
    expect(asks(doubted)).toEqual({ ask: 'progress', afterMs: 0 });
    const stalled = follow(doubted, look({ atMs: 45_501, scrape: steps(7, 45_501) }));
    expect(stalled.reports).toEqual([verdict({ is: 'stalled', forMs: 30_001 })]);
    const worked = follow(doubted, look({ atMs: 45_501, scrape: steps(8, 45_501) }));
    expect(worked.reports).toEqual([]);
    expect(asks(worked).ask).toBe('glance');
  });
});

describe('steps that stand still while requests are in flight', () => {
  const still = (...atMs: readonly number[]) => atMs.map((ms) => look({ atMs: ms, inFlight: 1, scrape: steps(7, ms) }));
  const quiet = follow(proven, ...still(1000, 10_000, 20_000, 24_000));

  test('are doubted early enough that a token is known in vain when the stall is due', () => {
    expect(asks(follow(proven, ...still(1000, 10_000, 20_000)))).toEqual({ ask: 'health', afterMs: 1000 });
    expect(asks(quiet)).toEqual({ ask: 'token', afterMs: 1000 });
    const vain = look({ askedAtMs: 25_000, atMs: 30_000, inFlight: 1, token: 'timed_out', scrape: steps(7, 25_000) });
    const doubted = follow(quiet, vain);
    expect(doubted.reports).toEqual([]);
    expect(asks(doubted)).toEqual({ ask: 'progress', afterMs: 0 });
    expect(asks(follow(doubted, ...still(30_200)))).toEqual({ ask: 'progress', afterMs: 801 });
    const found = follow(doubted, ...still(31_001));
    expect(found.reports).toEqual([verdict({ is: 'stalled', forMs: 30_001 })]);
  });

  test('are no stall where the scrape that shows it was asked for before it was due: they may have gone on since', () => {
    const vain = look({ askedAtMs: 25_000, atMs: 30_000, inFlight: 1, token: 'timed_out', scrape: steps(7, 25_000) });
    const late = { ...steps(7, 30_900), atMs: 33_000 };
    const story = follow(quiet, vain, look({ askedAtMs: 30_900, atMs: 33_000, inFlight: 1, scrape: late }));
    expect(story.reports).toEqual([]);
    expect(asks(story)).toEqual({ ask: 'progress', afterMs: 0 });
  });

  test('are no stall where a token comes: the clients read slowly', () => {
    const cleared = follow(quiet, look({ atMs: 25_000, inFlight: 1, token: 'came', scrape: steps(7, 25_000) }));
    const story = follow(cleared, ...still(26_000, 35_000, 46_000));
    expect(story.reports).toEqual([]);
    expect(asks(story).ask).toBe('health');
  });

  test('are no stall where they go on while the token queues behind a burst', () => {
    const vain = look({ askedAtMs: 25_000, atMs: 30_000, inFlight: 1, token: 'timed_out', scrape: steps(8, 25_000) });
    const story = follow(
      quiet,
      vain,
      ...[31_000, 60_000].map((atMs) => look({ atMs, inFlight: 1, scrape: steps(8, atMs) })),
    );
    expect(story.reports).toEqual([]);
  });

  test('are counted from nothing with each new work', () => {
    const story = follow(quiet, look({ atMs: 25_000 }), ...still(40_000));
    expect(asks(story).ask).toBe('health');
  });

  test('are not excused by requests that end well: their bytes may be old', () => {
    expect(asks(hearing(quiet, 24_500, 'answered'))).toEqual({ ask: 'token', afterMs: 500 });
  });

  test('that cannot be read are given twice as long, and a request that ends well ends the doubt', () => {
    const blind = (askedAtMs: number) => look({ askedAtMs, atMs: askedAtMs + 5000, inFlight: 1, token: 'timed_out' });
    const doubted = follow(proven, ...[0, 5000, 25_000, 30_000, 54_000].map(blind));
    expect(doubted.reports).toEqual([]);
    expect(asks(doubted)).toEqual({ ask: 'progress', afterMs: 0 });
    const found = follow(doubted, look({ atMs: 60_001, inFlight: 1 }));
    expect(found.reports).toEqual([verdict({ is: 'stalled', forMs: 60_001 })]);
    const excused = follow(hearing(doubted, 59_500, 'answered'), look({ atMs: 60_001, inFlight: 1 }));
    expect(excused.reports).toEqual([]);
    const refusing = follow(hearing(doubted, 59_500, 'declined'), look({ atMs: 60_001, inFlight: 1 }));
    expect(refusing.reports).toEqual(found.reports);
    const seen = follow(doubted, look({ atMs: 60_001, inFlight: 1, scrape: steps(7, 60_001) }));
    expect(seen.reports).toEqual([]);
  });
});

describe('real requests that fail', () => {
  const calm = follow(proven, look({ atMs: 1000 }));
  const trouble = Array.from<Passive>({ length: 5 }).fill('server_error');

  test.each(['server_error', 'reset', 'aborted'] as const)('one %s: health is looked at, at once', (passive) => {
    expect(asks(hearing(calm, 1500, passive))).toEqual({ ask: 'progress', afterMs: 0 });
  });

  test('many at once do not make a storm of looks', () => {
    expect(asks(hearing(calm, 1010, 'reset'))).toEqual({ ask: 'progress', afterMs: 90 });
    const looked = follow(hearing(calm, 1500, 'reset'), look({ askedAtMs: 1500, atMs: 1510 }));
    expect(asks(looked)).toEqual({ ask: 'glance', afterMs: 990 });
  });

  test('one that fails while a look is under way is looked at after it', () => {
    const looked = follow(hearing(calm, 1505, 'reset'), look({ askedAtMs: 1500, atMs: 1510 }));
    expect(asks(looked)).toEqual({ ask: 'progress', afterMs: 100 });
  });

  test('five in a row: a token is asked for, and one that comes ends the doubt', () => {
    expect(asks(hearing(calm, 1500, ...trouble.slice(1), 'answered', 'reset')).ask).toBe('progress');
    expect(asks(hearing(calm, 1500, ...trouble.slice(1), 'declined', 'reset')).ask).toBe('token');
    const troubled = hearing(calm, 1500, ...trouble);
    expect(asks(troubled)).toEqual({ ask: 'token', afterMs: 0 });
    const cleared = follow(troubled, look({ atMs: 1600, token: 'came' }));
    expect(cleared.reports).toEqual([]);
    expect(asks(cleared)).toEqual({ ask: 'glance', afterMs: 1000 });
  });

  test.each([
    ['server_error', 'ok', { is: 'dead', because: 'server_error' }],
    ['refused', 'refused', { is: 'unreachable', because: 'refused' }],
    ['reset', 'reset', { is: 'unreachable', because: 'reset' }],
  ] as const)('and a token that is in vain twice (%s) condemns', (token, health, told) => {
    const once = follow(hearing(calm, 1500, ...trouble), look({ atMs: 1600, token, health }));
    expect(once.reports).toEqual([]);
    expect(asks(once)).toEqual({ ask: 'token', afterMs: 100 });
    expect(follow(once, look({ atMs: 1700, token, health })).reports).toMatchObject([{ on: 'verdict', verdict: told }]);
  });

  test('and a token that does not come is a stall after its time, no sooner', () => {
    const vain = (askedAtMs: number) =>
      look({ askedAtMs, atMs: askedAtMs + 5000, token: 'timed_out', scrape: steps(7, askedAtMs) });
    const story = follow(hearing(calm, 1500, ...trouble), ...[1500, 6500, 11_500, 16_500, 21_500, 26_500].map(vain));
    expect(story.reports).toEqual([]);
    expect(follow(story, vain(31_501)).reports).toMatchObject([{ on: 'verdict', verdict: { is: 'stalled' } }]);
  });
});

test('an answer to what was not asked changes nothing', () => {
  expect(step(proven.watch, { to: 'warm_up', atMs: 1, capacity }, limits).watch).toBe(proven.watch);
  expect(step(begin, look({ atMs: 1 }), limits)).toEqual({ watch: begin, report: undefined });
  expect(nextQuestion(begin, 7, limits)).toEqual({ ask: 'start', afterMs: 0 });
});

describe('a look that cannot be made for want of our own', () => {
  const blind = (atMs: number) => ({ to: 'blind', atMs, because: 'no descriptors' }) as const;
  const refused = (atMs: number) => look({ atMs, health: 'refused' });

  test('bug: condemns nobody, however long it lasts, and is tried again every interval', () => {
    const looks = Array.from({ length: 600 }, (_, second) => blind(1000 * (second + 1)));
    const story = follow(proven, ...looks);
    expect(story.reports).toEqual([]);
    expect(asks(story).afterMs).toBe(1000);
    const pressed = hearing(story, story.atMs, 'reset', 'reset', 'reset', 'reset', 'reset');
    expect(asks(pressed).afterMs).toBe(1000);
  });

  test('bug: a refusal before it and one after it are no silence in between', () => {
    const story = follow(proven, refused(1000), blind(2000), blind(60_000), refused(61_000));
    expect(story.reports).toEqual([]);
    expect(follow(story, refused(62_000)).reports).toEqual([]);
    expect(follow(story, refused(62_000), refused(77_000)).reports).toMatchObject([
      { on: 'verdict', verdict: { is: 'unreachable', because: 'refused' } },
    ]);
  });
});
