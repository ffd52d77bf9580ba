import { describe, expect, test } from 'bun:test';
import { world, type World } from '../fixtures/pool-world.ts';
import type { PoolEffect } from './event.ts';

const capacity = { kvTokens: 100_000, sequencesMax: 100 };
/** A prompt that takes the engine a tenth of a second. */
const size = {
  promptTokens: 200,
  outputTokensMax: 50,
  outputTokensMin: undefined,
  choices: 1,
  contextTokens: undefined,
};

/** Ten tickets for a replica that reads two tokens a ms, and what it was given of them at first. */
function busy(): World & { readonly first: readonly string[] } {
  const it = world(100);
  it.on({ on: 'open', replica: 'a', capacity });
  for (const reading of readings(it)) Object.assign(reading, { tokensPerMs: 2, meanTokens: 200 });
  for (let at = 0; at < 10; at += 1) it.acquire(`k${at}`, { size });
  return { ...it, first: claims(it.commit()) };
}

const readings = ({ pool }: World) => [...pool.replicas.values()].map(({ reading }) => reading);
const claims = (effects: readonly PoolEffect[]): string[] =>
  effects.flatMap((it) => (it.do === 'grant' ? it.running.claim : []));

describe('a replica that has room for all', () => {
  test('is given what it reads in a fifth of a second', () => {
    expect(busy().first).toHaveLength(2);
  });

  test('is given more when an answer begins', () => {
    const it = busy();
    for (const claim of it.first) it.on({ on: 'began', replica: 'a', claim, nowMs: 200 });
    expect(claims(it.commit(200))).toHaveLength(2);
  });

  test('and when one ends, whatever it told', () => {
    const it = busy();
    it.on({ on: 'finish', id: 'k0', outcome: 'completed', nowMs: 150 });
    expect(claims(it.commit(150))).toHaveLength(1);
  });

  test('and in time without a word, as of answers that come in one piece', () => {
    const it = busy();
    it.on({ on: 'poll' });
    expect(claims(it.commit(1000))).toHaveLength(2);
  });

  test('has nothing to read once it is opened anew', () => {
    const it = busy();
    it.on({ on: 'open', replica: 'a', capacity });
    expect(readings(it)).toMatchObject([{ unreadPrompts: 0 }]);
  });
});

describe('a stream that did not say what it used', () => {
  test('teaches how long answers are by its length, and is charged for that', () => {
    const it = world();
    it.on({ on: 'open', replica: 'a', capacity });
    for (let at = 0; at < 4; at += 1) {
      it.acquire(`k${at}`, { size: { ...size, outputTokensMax: undefined, outputTokensMin: undefined } });
      it.commit();
      it.on({ on: 'used', id: `k${at}`, used: { prompt: 0, completion: 77, cached: 0 } });
      it.on({ on: 'finish', id: `k${at}`, outcome: 'completed', nowMs: 0 });
    }
    it.acquire('last', { size: { ...size, outputTokensMax: undefined, outputTokensMin: undefined } });
    it.commit();
    expect(it.pool.running.get('last')?.cost.guess).toEqual({ promptTokens: 200, outputTokens: 77 });
  });
});
