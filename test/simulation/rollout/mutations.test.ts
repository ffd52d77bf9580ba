import { afterAll, describe, expect, test } from 'bun:test';
import { createMutant } from '../mutant.ts';
import { MUTATIONS } from './mutations.ts';

/** Rollouts that a mistake may need to show. */
const SEEDS = 2_000;
const LIMIT_MS = 120_000;

const mutant = await createMutant();
afterAll(() => mutant.remove());

describe('the simulator notices that', () => {
  for (const mutation of MUTATIONS) {
    test(
      mutation.mistake,
      async () => {
        const simulator = ['test/simulation/rollout/run.ts', '--seeds', String(SEEDS), '--failures', '1'];
        expect(await mutant.said(mutation, simulator)).toContain(`breaks rule ${mutation.breaks}:`);
      },
      LIMIT_MS,
    );
  }
});
