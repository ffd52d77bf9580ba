import { describe, expect, test } from 'bun:test';
import { limits } from './plan.fixture.ts';
import { judge, type Evidence, type HealthAnswer, type NoToken } from './verdict.ts';

const fine: Evidence = {
  health: 'ok',
  repeats: 2,
  sameForMs: 1000,
  failedLooks: 0,
  failingForMs: 0,
  silentForMs: 0,
  inFlight: 0,
  isTroubled: false,
  noToken: undefined,
  stillForMs: 0,
  owedForMs: 0,
};

/** Looks that failed this way and no other, while nothing else was answered. */
function failing(health: HealthAnswer, forMs: number): Evidence {
  const looks = 1 + Math.floor(forMs / 1000);
  const times = { sameForMs: forMs, failingForMs: forMs, silentForMs: forMs };
  return { ...fine, ...times, health, repeats: looks, failedLooks: looks };
}

const inVain = (met: NoToken, repeats: number, forMs: number) => ({ noToken: { met, repeats, forMs } });

describe('ok and busy', () => {
  test('an engine that answers is ok, idle or at work', () => {
    expect(judge(fine, limits)).toEqual({ is: 'ok' });
    expect(judge({ ...fine, inFlight: 5, stillForMs: 90_000, owedForMs: 90_000 }, limits)).toEqual({ is: 'ok' });
  });

  test('one answer, in time or late, changes no mind', () => {
    expect(judge({ ...fine, repeats: 1 }, limits)).toBeUndefined();
    expect(judge({ ...failing('timed_out', 5000), repeats: 1, inFlight: 64 }, limits)).toBeUndefined();
  });

  test('an engine that answers late while something of it is heard is busy, however long it lasts', () => {
    const evidence = { ...failing('timed_out', 3_600_000), inFlight: 64, silentForMs: 29_999 };
    expect(judge(evidence, limits)).toEqual({ is: 'busy' });
  });

  test('a doubted engine is not called ok before it has cleared itself', () => {
    expect(judge({ ...fine, ...inVain('timed_out', 1, 5000) }, limits)).toBeUndefined();
    expect(judge({ ...fine, isTroubled: true }, limits)).toBeUndefined();
  });
});

describe('stalled', () => {
  const owing = { ...fine, inFlight: 3, ...inVain('timed_out', 1, 5000) };

  test('is an engine that says 200 while its steps stand still for stall_after_s and no token comes', () => {
    expect(judge({ ...owing, stillForMs: 29_999 }, limits)).toBeUndefined();
    expect(judge({ ...owing, stillForMs: 30_000 }, limits)).toEqual({ is: 'stalled', forMs: 30_000 });
  });

  test('is the same where vLLM counts nobody as running, and where only a probe waits', () => {
    expect(judge({ ...owing, inFlight: 0, stillForMs: 30_000 }, limits)).toEqual({ is: 'stalled', forMs: 30_000 });
  });

  test('takes twice as long where steps cannot be read', () => {
    expect(judge({ ...owing, owedForMs: 59_999 }, limits)).toBeUndefined();
    expect(judge({ ...owing, owedForMs: 60_000 }, limits)).toEqual({ is: 'stalled', forMs: 60_000 });
  });
});

describe('dead', () => {
  test('503 is vLLM saying itself that its core is dead: twice is enough', () => {
    expect(judge({ ...fine, health: 'unavailable', repeats: 1, failedLooks: 1 }, limits)).toBeUndefined();
    expect(judge({ ...fine, health: 'unavailable', repeats: 2, failedLooks: 2 }, limits)).toEqual({
      is: 'dead',
      because: 'unavailable',
    });
  });

  test('an engine that answers every token with 5xx is dead after dead_after_s, whatever /health says', () => {
    expect(judge({ ...fine, ...inVain('server_error', 15, 14_999) }, limits)).toBeUndefined();
    expect(judge({ ...fine, ...inVain('server_error', 16, 15_000) }, limits)).toEqual({
      is: 'dead',
      because: 'server_error',
    });
  });

  test('and at the second one where real requests fail in a row', () => {
    const troubled = { ...fine, isTroubled: true };
    expect(judge({ ...troubled, ...inVain('server_error', 1, 0) }, limits)).toBeUndefined();
    expect(judge({ ...troubled, ...inVain('server_error', 2, 100) }, limits)).toEqual({
      is: 'dead',
      because: 'server_error',
    });
  });
});

describe('unreachable', () => {
  test.each(['refused', 'reset', 'timed_out'] as const)(
    'is an idle engine of which every look ends as %s for dead_after_s',
    (health) => {
      expect(judge(failing(health, 14_999), limits)).toBeUndefined();
      expect(judge(failing(health, 15_000), limits)).toEqual({ is: 'unreachable', because: health, forMs: 15_000 });
    },
  );

  test('is never told by one look, however long it took', () => {
    expect(judge({ ...failing('timed_out', 60_000), repeats: 1, failedLooks: 1 }, limits)).toBeUndefined();
  });

  test('one at work may be silent for stall_after_s, but refuses no longer than an idle one', () => {
    expect(judge({ ...failing('timed_out', 29_999), inFlight: 64 }, limits)).toEqual({ is: 'busy' });
    expect(judge({ ...failing('timed_out', 30_000), inFlight: 64 }, limits)).toMatchObject({ is: 'unreachable' });
    expect(judge({ ...failing('refused', 15_000), inFlight: 64 }, limits)).toMatchObject({ is: 'unreachable' });
  });

  test('one broken connection after late answers is not as long a time of broken connections', () => {
    const late = { ...failing('timed_out', 20_000), inFlight: 64 };
    expect(judge({ ...late, health: 'reset', repeats: 1, sameForMs: 0 }, limits)).toBeUndefined();
    expect(judge({ ...late, health: 'reset', repeats: 2, sameForMs: 100 }, limits)).toBeUndefined();
  });

  test.each(['refused', 'reset'] as const)('real requests fail, a token is %s twice: at once', (met) => {
    const troubled = { ...failing(met, 100), isTroubled: true };
    expect(judge({ ...troubled, ...inVain(met, 1, 0) }, limits)).toBeUndefined();
    expect(judge({ ...troubled, ...inVain(met, 2, 100) }, limits)).toMatchObject({ is: 'unreachable', because: met });
  });
});

test('real requests that fail, however many, condemn nobody whose token comes', () => {
  expect(judge({ ...fine, isTroubled: true, inFlight: 9 }, limits)).toBeUndefined();
});
