import { describe, expect, test } from 'bun:test';
import { createFakeClock } from '../../test/support/fake-clock.ts';
import { createMetrics, silentLog } from '../telemetry/index.ts';
import { createBusyEngine, type Hang } from './busy-engine.fixture.ts';
import { limits, plan } from './plan.fixture.ts';
import { createWatch } from './run.ts';
import type { Verdict } from './verdict.ts';

const HOUR_MS = 3_600_000;

/** mulberry32: the same numbers for the same seed. */
function seeded(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** A watch of an engine at full load, what was told of it and when, and how often a token was asked for. */
function watched(seed: number) {
  const clock = createFakeClock();
  const random = seeded(seed);
  const engine = createBusyEngine(clock, random);
  const told: { readonly atMs: number; readonly verdict: Verdict }[] = [];
  const seen = { warm: false };
  const effects = {
    clock,
    log: silentLog,
    metrics: createMetrics(),
    open: () => engine.client,
    inFlight: () => 256,
    loaded: () => undefined,
  };
  const watch = createWatch(effects, limits)(plan, (report) => {
    if (report.on === 'warm') seen.warm = true;
    if (report.on === 'verdict') told.push({ atMs: clock.nowMs(), verdict: report.verdict });
  });
  engine.onAnswered = () => watch.heard('answered');
  return { clock, random, engine, told, seen, watch };
}

const condemned = ({ verdict }: { readonly verdict: Verdict }) => verdict.is !== 'ok' && verdict.is !== 'busy';

describe('an engine at full load', () => {
  const seeds = Array.from({ length: 20 }, (_, seed) => seed);
  test.each(seeds)('is never condemned in ten hours (seed %i)', async (seed) => {
    const { clock, told, seen, engine, watch } = watched(seed);
    await clock.advance(10 * HOUR_MS);
    watch.stop();
    expect(told.filter(condemned)).toEqual([]);
    expect(seen.warm).toBe(true);
    expect(told.length).toBeGreaterThan(100); // it was late often enough to be called busy
    expect(engine.doubts()).toBeGreaterThan(100); // and quiet often enough to be doubted
  });

  const hangs = Array.from({ length: 200 }, (_, seed) => [seed, seed % 2 === 0 ? 'core' : 'server'] as [number, Hang]);
  test.each(hangs)('is found when it hangs (seed %i, its %s)', async (seed, how) => {
    const { clock, random, told, seen, engine, watch } = watched(seed);
    await clock.advance(0.1 * HOUR_MS + random() * 0.2 * HOUR_MS);
    expect(seen.warm).toBe(true);
    expect(told.filter(condemned)).toEqual([]);
    engine.hang(how);
    await clock.advance(limits.stallAfterMs + limits.timeoutMs + limits.intervalMs);
    watch.stop();
    expect(told.filter(condemned)).toMatchObject([{ verdict: { is: how === 'core' ? 'stalled' : 'unreachable' } }]);
  });
});
