import { describe, expect, test } from 'bun:test';
import { layer, NO_OVERLAY, type LayeredResult } from '../../config/index.ts';
import type { RolloutRecord } from '../../supervisor/index.ts';
import { chooseStart, type InterruptedRollout, type StartSources } from './choose-start.ts';
import type { Wish } from './config-store.ts';
import { keepConfig } from './kept-config.ts';
import { fileWith, layeredOf, NOW, SOURCE, swapTo } from './kept.fixture.ts';

const old = layeredOf(fileWith('old'));
const next = layeredOf(fileWith('next'));
const other = layeredOf(fileWith('other'));
const broken = layer(SOURCE, fileWith('old').replace('pool: heavy', 'pool: huge'), NO_OVERLAY, { env: {}, uid: 0 });
const file = (layered: typeof old): LayeredResult => ({ ok: true, layered });
const rejected = {
  textFingerprint: next.textFingerprint,
  cause: 'it did not start',
  at: '2026-01-01T00:00:00Z',
  rollout: 'r',
};

const choose = (change: Partial<StartSources>) => {
  const chosen = chooseStart({
    file: file(next),
    source: SOURCE,
    lastGood: undefined,
    rejected: undefined,
    rollout: undefined,
    now: NOW,
    ...change,
  });
  if (!chosen.ok) return { problems: chosen.problems.map((it) => it.message) };
  const { run, drift, leftover } = chosen.start;
  return { runs: run.config.pools['heavy']?.model, drift, leftover: leftover?.is };
};

function rollout(
  status: RolloutRecord['status'] | undefined,
  change: { readonly wish?: Wish; readonly lives?: number; readonly cause?: string } = {},
): InterruptedRollout {
  const { wish = 'reload', lives = 0, cause } = change;
  const record = status === undefined ? undefined : { id: 'r', status, isAborted: false, cause, moves: [] };
  const to = wish === 'swap' ? layeredOf(fileWith('old'), swapTo('next', 'old')) : next;
  const kept = { id: 'r', at: NOW, wish, from: keepConfig(old), to: keepConfig(to), lives, record };
  return { kept, from: old, to };
}

describe('a node starts what the file says', () => {
  test('where nothing is known of what ran', () => {
    expect(choose({})).toEqual({ runs: 'next', drift: undefined, leftover: undefined });
    expect(choose({ rejected })).toMatchObject({ runs: 'next', drift: undefined });
  });

  test('where it was edited since another one was taken back', () => {
    expect(choose({ file: file(other), lastGood: old, rejected })).toMatchObject({ runs: 'other', drift: undefined });
  });

  test('where what ran is of another file', () => {
    const lastGood = layeredOf(fileWith('old'), NO_OVERLAY, '/elsewhere.yaml');
    expect(choose({ lastGood, rejected })).toMatchObject({ runs: 'next', drift: undefined });
  });

  test('where it has run whole since it was taken back', () => {
    expect(choose({ lastGood: next, rejected })).toMatchObject({ runs: 'next', drift: undefined });
  });
});

describe('a node starts what ran last', () => {
  test('where the file was taken back, and says why', () => {
    expect(choose({ lastGood: old, rejected })).toEqual({
      runs: 'old',
      drift: { cause: 'it did not start', since: '2026-01-01T00:00:00Z' },
      leftover: undefined,
    });
  });

  test('with a swap that was made since, where the file was taken back before that', () => {
    const swapped = layeredOf(fileWith('old'), swapTo('swapped', 'old'));
    expect(choose({ lastGood: swapped, rejected })).toMatchObject({
      runs: 'swapped',
      drift: { cause: 'it did not start' },
    });
    const beside = rollout('running', { wish: 'swap' });
    expect(choose({ lastGood: old, rejected: { ...rejected, rollout: 'earlier' }, rollout: beside })).toMatchObject({
      drift: { cause: 'it did not start' },
      leftover: 'resumed',
    });
  });

  test('where the file does not hold; with nothing that ran it does not start', () => {
    expect(choose({ file: broken, lastGood: old })).toMatchObject({
      runs: 'old',
      drift: { cause: expect.stringContaining('unknown pool "huge"'), since: NOW },
    });
    expect(choose({ file: broken })).toEqual({ problems: [expect.stringContaining('unknown pool "huge"')] });
  });
});

describe('a rollout that the last life did not see the end of', () => {
  test.each([undefined, 'running', 'paused'] as const)('goes on where it was %s', (status) => {
    expect(choose({ lastGood: old, rollout: rollout(status) })).toEqual({
      runs: 'next',
      drift: undefined,
      leftover: 'resumed',
    });
  });

  test('goes on where a swap began it, which is not on top of the file yet', () => {
    expect(choose({ file: file(old), lastGood: old, rollout: rollout('running', { wish: 'swap' }) })).toMatchObject({
      runs: 'next',
      leftover: 'resumed',
    });
  });

  test.each(['rolling_back', 'rolled_back', 'aborted'] as const)('is taken back whole where it was %s', (status) => {
    const found = rollout(status, { cause: 'it answered rubbish' });
    expect(choose({ lastGood: old, rollout: found })).toEqual({
      runs: 'old',
      drift: { cause: 'it answered rubbish', since: NOW },
      leftover: 'taken_back',
    });
  });

  test('is taken back without drift where a swap began it: the file never said so', () => {
    const found = rollout('rolling_back', { wish: 'swap' });
    expect(choose({ file: file(old), rollout: found })).toEqual({
      runs: 'old',
      drift: undefined,
      leftover: 'taken_back',
    });
  });

  test('is taken back where that was noted, whatever it last said of itself', () => {
    expect(choose({ rejected, rollout: rollout('running') })).toMatchObject({ runs: 'old', leftover: 'taken_back' });
    const earlier = { ...rejected, rollout: 'earlier' };
    expect(choose({ rejected: earlier, rollout: rollout('running') })).toMatchObject({ leftover: 'resumed' });
  });

  test('is taken back once too many lives have ended in it', () => {
    expect(choose({ rollout: rollout('running', { lives: 2 }) })).toMatchObject({ leftover: 'resumed' });
    expect(choose({ rollout: rollout('running', { lives: 3 }) })).toMatchObject({
      runs: 'old',
      drift: { cause: 'the node ended 3 times in the middle of it' },
    });
  });

  test('is over where all had moved', () => {
    expect(choose({ lastGood: old, rollout: rollout('done') })).toMatchObject({ runs: 'next', leftover: 'done' });
  });

  test('does not matter where the file was edited since, or put back, or broken', () => {
    const found = rollout('running');
    expect(choose({ file: file(other), lastGood: old, rollout: found })).toMatchObject({
      runs: 'other',
      leftover: 'overtaken',
    });
    expect(choose({ file: file(old), lastGood: old, rollout: found })).toMatchObject({
      runs: 'old',
      leftover: 'overtaken',
    });
    expect(choose({ file: broken, lastGood: old, rollout: found })).toMatchObject({
      runs: 'old',
      leftover: 'overtaken',
    });
  });
});
