import { describe, expect, test } from 'bun:test';
import { simulate } from './simulate.ts';

/** A tenth of the long run (`run.ts`). */
const SEEDS = 1_000;
const LIMIT_MS = 60_000;

const toldOf = (seed: number, traceLinesMax = 200) => simulate({ seed, traceLinesMax });

describe('rollouts whose world does what it can against them', () => {
  test(
    `keep the rules, and end with all new or all old: ${SEEDS} seeds`,
    () => {
      const counts = new Map<string, number>();
      for (let seed = 1; seed <= SEEDS; seed += 1) {
        const told = toldOf(seed);
        const again = `bun run test/simulation/rollout/run.ts --first ${seed} --seeds 1`;
        if (told.violation !== undefined)
          throw new Error(`${told.trace.join('\n')}\n${told.violation.text}\nagain: ${again}`);
        for (const [what, count] of told.counts) counts.set(what, (counts.get(what) ?? 0) + count);
      }
      for (const result of ['done', 'rolled_back', 'aborted'])
        expect(counts.get(`rollouts ${result}`)).toBeGreaterThan(20);
      expect(counts.get('rollouts with replicas that did not come back')).toBeGreaterThan(20);
    },
    LIMIT_MS,
  );

  test('are told the same way by the same seed, and another by another', () => {
    const whole = Number.MAX_SAFE_INTEGER;
    const { trace } = toldOf(7, whole);
    expect(toldOf(7, whole).trace).toEqual(trace);
    expect(toldOf(8, whole).trace).not.toEqual(trace);
  });
});
