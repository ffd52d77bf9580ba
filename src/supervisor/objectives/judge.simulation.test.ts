import { describe, expect, test } from 'bun:test';
import { propertyRuns } from '../../queue/fixtures/property-runs.ts';
import { createWatched, judge, watch, type Judgement, type Objectives } from './judge.ts';
import { answerOf, CALM, randomFrom, type Replica } from './traffic.fixture.ts';
import { addSample, createTimes, type Times } from './times.ts';

const OBJECTIVES: Objectives = { maxSlowdown: 1.5, maxErrorRatio: 0.05, ttftP95Ms: undefined, samplesMin: 20 };
/** What an hour leaves behind; its other 1,000 change little. */
const ANSWERS_BEFORE = 2_000;
const HOLD_S = 60;
const LIMIT_MS = 120_000;

const records = new Map<string, Times>();
function before(seed: number, replica: Replica): Times {
  const name = `${seed} ${replica.noise}`;
  const record = records.get(name) ?? madeBefore(seed, replica);
  records.set(name, record);
  return record;
}

function madeBefore(seed: number, replica: Replica): Times {
  const random = randomFrom(seed);
  const times = createTimes();
  for (let at = 0; at < ANSWERS_BEFORE; at += 1) addSample(times, answerOf(replica, random));
  return times;
}

/** A hold in which so many answers come each second, judged every few of them; and what it came to. */
function hold(
  seed: number,
  replica: Replica,
  perSecond: number,
  record: Times,
  everySecond = 10,
): Judgement & { readonly second: number } {
  const random = randomFrom(seed);
  const watched = createWatched();
  for (let second = 1; second <= HOLD_S; second += 1) {
    for (let at = random() * 2 * perSecond; at > random(); at -= 1)
      watch(watched, answerOf(replica, random), OBJECTIVES);
    if (second % everySecond !== 0) continue;
    const judgement = judge(watched, record, OBJECTIVES);
    if (judgement.is === 'broken') return { ...judgement, second };
  }
  return { ...judge(watched, record, OBJECTIVES), second: HOLD_S };
}

/** A quarter of the room of the others. */
const WITH_SHARE = { ...CALM, loadMax: 8 };

describe('a replica as fast as before', () => {
  test(
    'is never sent back, however noisy its times',
    () => {
      const runs = propertyRuns(10_000);
      const condemned: string[] = [];
      for (let seed = 1; seed <= runs; seed += 1) {
        const noise = [0.2, 0.4, 0.8][seed % 3] ?? 0.4;
        const perSecond = [0.5, 1, 3][seed % 5] ?? 2;
        const record = before(1_000_000 + (seed % 20), { ...CALM, noise });
        const { is, because } = hold(seed, { ...WITH_SHARE, noise }, perSecond, record);
        if (is === 'broken') condemned.push(`seed ${seed}: ${because}`);
      }
      expect(condemned).toEqual([]);
    },
    LIMIT_MS,
  );
});

describe('a replica three times as slow', () => {
  test.each([[1], [2], [4]])(
    'is sent back within its hold at %d answers a second',
    (perSecond) => {
      const runs = propertyRuns(300);
      const missed: string[] = [];
      for (let seed = 1; seed <= runs; seed += 1) {
        const { is, because } = hold(seed, { ...WITH_SHARE, slowness: 3 }, perSecond, before(seed % 20, CALM));
        if (is !== 'broken') missed.push(`seed ${seed}: ${is}: ${because}`);
      }
      expect(missed).toEqual([]);
    },
    LIMIT_MS,
  );
});

test(
  'one whose engine fails every third answer is sent back',
  () => {
    for (let seed = 1; seed <= propertyRuns(300); seed += 1) {
      expect(hold(seed, { ...WITH_SHARE, failures: 1 / 3 }, 2, before(seed % 20, CALM)).is).toBe('broken');
    }
  },
  LIMIT_MS,
);
