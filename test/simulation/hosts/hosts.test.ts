import { describe, expect, test } from 'bun:test';
import { simulate } from './simulate.ts';

/** A small part of the long run (`run.ts`). */
const SEEDS = 50;
const FAULTS = 30;
const LIMIT_MS = 60_000;

const toldOf = (seed: number, traceLinesMax = 200) => simulate({ seed, faults: FAULTS, traceLinesMax });

describe('hosts that share a Redis, whose world does what it can against them', () => {
  for (let seed = 1; seed <= SEEDS; seed += 1) {
    test(
      `lose no request, show none twice and leave nothing behind: seed ${seed}`,
      () => {
        const { violation, trace } = toldOf(seed);
        const again = `bun run test/simulation/hosts/run.ts --first ${seed} --seeds 1 --faults ${FAULTS}`;
        if (violation !== undefined) throw new Error(`${trace.join('\n')}\n${violation.text}\nagain: ${again}`);
      },
      LIMIT_MS,
    );
  }

  test(
    'are told of the same way by the same seed, and another by another',
    () => {
      const whole = Number.MAX_SAFE_INTEGER;
      const { trace } = toldOf(7, whole);
      expect(toldOf(7, whole).trace).toEqual(trace);
      expect(toldOf(8, whole).trace).not.toEqual(trace);
    },
    LIMIT_MS,
  );
});
