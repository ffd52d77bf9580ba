import { describe, expect, test } from 'bun:test';
import { createWatched, judge, watch, type Objectives, type Watched } from './judge.ts';
import type { Metric, Sample } from './sample.ts';
import { addSample, createTimes, type Times } from './times.ts';

const objectives: Objectives = { maxSlowdown: 1.5, maxErrorRatio: 0.05, ttftP95Ms: undefined, samplesMin: 20 };

const answer = (metric: Metric, ms: number, load = 4, promptTokens = 100): Sample => ({
  hasFailed: false,
  load,
  promptTokens,
  times: { [metric]: ms },
});
const failed: Sample = { hasFailed: true, load: 1, promptTokens: 0, times: {} };

/** So many answers around a time. */
function around(metric: Metric, ms: number, count: number, load = 4, promptTokens = 100): Sample[] {
  return Array.from({ length: count }, (_, at) => answer(metric, ms * (0.9 + (0.2 * at) / count), load, promptTokens));
}

function before(...samples: readonly Sample[]): Times {
  const times = createTimes();
  for (const it of samples) addSample(times, it);
  return times;
}

function watched(samples: readonly Sample[], of = objectives): Watched {
  const seen = createWatched();
  for (const it of samples) watch(seen, it, of);
  return seen;
}

const verdict = (samples: readonly Sample[], record?: Times, of = objectives) =>
  judge(watched(samples, of), record, of);

describe('against what was before', () => {
  const record = before(...around('pace', 10, 60), ...around('first_token', 50, 60), ...around('whole', 12, 60));

  test('as fast is kept, and told how fast', () => {
    expect(verdict(around('pace', 10, 30), record)).toEqual({
      is: 'kept',
      because: 'the tokens of streams take 1.00 times as long as before at like load, in 30 answers',
    });
  });

  test.each<Metric>(['pace', 'first_token', 'whole'])('a %s beyond the limit is broken', (metric) => {
    const ms = metric === 'first_token' ? 150 : 30;
    expect(verdict(around(metric, ms, 30), record)).toMatchObject({
      is: 'broken',
      because: expect.stringMatching(/ [23]\.\d\d times as long as before .*; 1\.5 times is allowed$/),
    });
  });

  test('a little slower is kept', () => {
    expect(verdict(around('pace', 14, 60), record).is).toBe('kept');
  });

  test('answers in one piece and streams are counted together', () => {
    expect(verdict([...around('pace', 10, 12), ...around('whole', 12, 12)], record).is).toBe('kept');
  });

  test('too few say nothing', () => {
    expect(verdict(around('pace', 30, 19), record)).toMatchObject({ is: 'undecided' });
  });
});

describe('only like is compared', () => {
  test('a higher load than any before says nothing', () => {
    expect(verdict(around('pace', 30, 60, 64), before(...around('pace', 10, 60, 4))).is).toBe('undecided');
  });

  test('a lower one may be as slow as a higher one was, and no slower', () => {
    const record = before(...around('pace', 10, 60, 64));
    expect(verdict(around('pace', 11, 60, 4), record).is).toBe('kept');
    expect(verdict(around('pace', 30, 60, 4), record).is).toBe('broken');
  });

  test('longer prompts may take longer', () => {
    const record = before(...around('first_token', 50, 60, 4, 100), ...around('first_token', 900, 60, 4, 10_000));
    expect(verdict(around('first_token', 900, 60, 4, 10_000), record).is).toBe('kept');
  });

  test('nothing before is nothing to compare with', () => {
    expect(verdict(around('pace', 30, 60))).toEqual({
      is: 'undecided',
      because: 'of 60 answers fewer than 20 were like ones before, so their times are not compared',
    });
  });
});

describe('whatever was before', () => {
  test('answers that its engine fails are too many beyond accident', () => {
    const fine = around('pace', 10, 20);
    expect(verdict([...fine, failed, failed]).is).toBe('undecided');
    expect(verdict([failed, failed, failed])).toEqual({
      is: 'broken',
      because: 'its engine failed 3 of 3 answers; 0.05 of them are allowed',
    });
    expect(verdict([...fine, failed], undefined, { ...objectives, maxErrorRatio: 0 }).is).toBe('broken');
  });

  test('first tokens are too late beyond accident', () => {
    const strict = { ...objectives, ttftP95Ms: 100 };
    const fine = around('first_token', 50, 57);
    expect(verdict([...fine, ...around('first_token', 500, 3)], undefined, strict).is).toBe('undecided');
    expect(verdict([...fine, ...around('first_token', 500, 20)], undefined, strict)).toEqual({
      is: 'broken',
      because: '20 of 77 first tokens took longer than 100 ms; 0.05 of them may',
    });
  });
});
