import { afterAll, describe, expect, test } from 'bun:test';
import { createMutant } from './mutant.ts';
import { MUTATIONS } from './mutations.ts';

/** Stories that a mistake may need to show. */
const SEEDS = 60;
const LIMIT_MS = 120_000;

const mutant = await createMutant();
afterAll(() => mutant.remove());

describe('the simulator notices that', () => {
  for (const mutation of MUTATIONS) {
    test(
      mutation.mistake,
      async () => {
        const said = await mutant.said(mutation, ['test/simulation/run.ts', '--seeds', String(SEEDS)]);
        expect(said).toContain(`breaks invariant ${mutation.breaks}:`);
      },
      LIMIT_MS,
    );
  }
});
