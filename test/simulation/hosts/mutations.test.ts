import { afterAll, describe, expect, test } from 'bun:test';
import { createMutant } from '../mutant.ts';
import { MUTATIONS } from './mutations.ts';

/** Stories that a mistake may need to show. */
const SEEDS = 150;
const LIMIT_MS = 120_000;

const simulator = ['test/simulation/hosts/run.ts', '--seeds', `${SEEDS}`, '--failures', '1'];
const mutant = await createMutant();
afterAll(() => mutant.remove());

describe('the simulator of several hosts notices that', () => {
  for (const mutation of MUTATIONS) {
    test(
      mutation.mistake,
      async () => {
        expect(await mutant.said(mutation, simulator)).toContain(`breaks rule ${mutation.breaks}:`);
      },
      LIMIT_MS,
    );
  }
});
