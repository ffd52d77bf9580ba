import { describe, expect, test } from 'bun:test';
import { simulate } from './simulate.ts';

/** A tenth of a per cent of the long run (`run.ts`): ten thousand transitions and more, over ten seeds and more. */
const SEEDS = 12;
const STEPS = 1000;
const LIMIT_MS = 60_000;

const toldOf = (seed: number, traceLinesMax = 100) => simulate({ seed, transitions: STEPS, traceLinesMax });

describe('a service whose world does what it can against it', () => {
  for (let seed = 1; seed <= SEEDS; seed += 1) {
    test(
      `keeps its invariants and comes back whole: seed ${seed}`,
      () => {
        const { violation, trace, tally } = toldOf(seed);
        const again = `bun run test/simulation/run.ts --first ${seed} --seeds 1 --steps ${STEPS}`;
        if (violation !== undefined) throw new Error(`${trace.join('\n')}\n${violation.text}\nagain: ${again}`);
        expect(tally.total()).toBeGreaterThanOrEqual(STEPS);
      },
      LIMIT_MS,
    );
  }

  test(
    'is told the same way by the same seed, and another by another',
    () => {
      const whole = Number.MAX_SAFE_INTEGER;
      const { trace } = toldOf(7, whole);
      expect(toldOf(7, whole).trace).toEqual(trace);
      expect(toldOf(8, whole).trace).not.toEqual(trace);
    },
    LIMIT_MS,
  );
});
