import { describe, expect, test } from 'bun:test';
import { createBaseline, MODELS_MAX, record, recordBefore, type Baseline } from './baseline.ts';
import { readBaseline, writeBaseline } from './kept-baseline.ts';
import { sampleOf, type Sample } from './sample.ts';
import { VALUES_MAX, valuesFrom } from './times.ts';

const sample = (ms: number): Sample => ({ hasFailed: false, load: 3, promptTokens: 10, times: { pace: ms } });
const place = { metric: 'pace', load: 2, prompt: 0 } as const;

function baseline(...answers: readonly (readonly [model: string, ms: number, atUnixMs: number])[]): Baseline {
  const made = createBaseline();
  for (const [model, ms, atUnixMs] of answers) record(made, 'heavy', model, sample(ms), atUnixMs);
  return made;
}

/** The paces that a replica of `model` is compared with. */
function compared(of: Baseline, model: string, others: readonly string[] = [], sinceUnixMs = 0) {
  const times = recordBefore(of, { pool: 'heavy', model, others, sinceUnixMs });
  return times && valuesFrom(times, place, 1);
}

describe('what a moved replica is compared with', () => {
  test('the model that others of the pool have', () => {
    const of = baseline(['old', 10, 1], ['new', 20, 2]);
    expect(compared(of, 'new', ['old'])).toEqual([10]);
  });

  test('else the other one that answered last, if that was not long ago', () => {
    const of = baseline(['older', 5, 1], ['old', 10, 1_000], ['new', 20, 2_000]);
    expect(compared(of, 'new', ['new'], 500)).toEqual([10]);
    expect(compared(of, 'new', ['new'], 1_500)).toEqual([20]);
  });

  test('nothing where the pool has answered nothing', () => {
    expect(compared(createBaseline(), 'new')).toBeUndefined();
    expect(compared(baseline(['old', 1, 1]), 'new', [], 2)).toBeUndefined();
  });
});

test('it is bounded: the eldest times of a kind give way, and the model that answered least lately', () => {
  const of = baseline(...Array.from({ length: VALUES_MAX + 2 }, (_, at) => ['old', at, 1] as const));
  expect(compared(of, 'old')?.toSorted((one, other) => one - other)[0]).toBe(2);
  for (let at = 0; at < MODELS_MAX; at += 1) record(of, 'heavy', `new ${at}`, sample(1), 1);
  expect([...(of.pools.get('heavy') ?? [])]).toHaveLength(MODELS_MAX);
  expect(of.pools.get('heavy')?.has('old')).toBe(false);
});

describe('its text', () => {
  test('brings it back', () => {
    const of = baseline(['old', 10.00049, 7], ['new', 20, 8]);
    const back = readBaseline(writeBaseline(of));
    expect(back && compared(back, 'new')).toEqual([10]);
    expect(back?.pools.get('heavy')?.get('new')?.lastUnixMs).toBe(8);
  });

  test('keeps which times are the eldest', () => {
    const many = Array.from({ length: VALUES_MAX + 1 }, (_, at) => ['old', at + 1, 1] as const);
    const back = readBaseline(writeBaseline(baseline(...many)));
    if (back === undefined) throw new Error('it is not read');
    record(back, 'heavy', 'old', sample(1_000), 1);
    expect(compared(back, 'old')).not.toContain(2);
  });

  test.each(['', 'null', '{"version":2,"pools":{}}', '{"version":1,"pools":{"heavy":[]}}'])('%j is none', (text) => {
    expect(readBaseline(text)).toBeUndefined();
  });

  test('of a kind of time that this version does not know is left out', () => {
    const strata = { 'taste 1 0': [1], 'pace 99 0': [1], 'pace 2 0': [4] };
    const text = JSON.stringify({ version: 1, pools: { heavy: { old: { lastUnixMs: 1, strata } } } });
    const back = readBaseline(text);
    expect([...(back?.pools.get('heavy')?.get('old')?.times.strata.keys() ?? [])]).toEqual(['pace 2 0']);
  });
});

describe('what an execution tells', () => {
  const used = { prompt: 100, completion: 21, cached: 64 };
  const run = { end: 'answered', load: 3, firstByteMs: 40, totalMs: 240, used } as const;

  test('a stream: when it began and its pace; of its prompt what was not cached', () => {
    const told = { hasFailed: false, load: 3, promptTokens: 36, times: { first_token: 40, pace: 10 } };
    expect(sampleOf(run)).toEqual(told);
  });

  test('an answer in one piece: its time over its tokens', () => {
    expect(sampleOf({ ...run, firstByteMs: undefined }).times).toEqual({ whole: 240 / 21 });
  });

  test('one that was left, is short, or was not counted: when it began', () => {
    expect(sampleOf({ ...run, end: 'left' }).times).toEqual({ first_token: 40 });
    expect(sampleOf({ ...run, used: { ...used, completion: 3 } }).times).toEqual({ first_token: 40 });
    expect(sampleOf({ ...run, used: undefined })).toMatchObject({ promptTokens: 0, times: { first_token: 40 } });
  });

  test('a failure: that it was one', () => {
    expect(sampleOf({ ...run, end: 'failed' })).toMatchObject({ hasFailed: true, times: {} });
  });
});
