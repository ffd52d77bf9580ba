import { describe, expect, test } from 'bun:test';
import { playAll } from './play.ts';
import type { Scenario, Verdict } from './scenario.ts';
import { SCENARIOS } from './scenarios/index.ts';
import { ours } from './targets/ours.ts';
import { supervisord } from './targets/supervisord.ts';
import type { Target } from './targets/target.ts';

/** Nearly all of a scenario is waiting. */
const AT_ONCE = 5;
const LIMIT_MS = 300_000;

/** What the floor is known for: where a column of the table is all alike, the suite measures nothing. */
const FLOOR: Readonly<Record<string, Verdict['is']>> = {
  'crash-while-idle': 'pass',
  'bad-flag': 'pass',
  'neighbour-untouched': 'pass',
  'reload-touches-what-changed': 'pass',
  'log-flood': 'pass',
  'leader-killed': 'fail',
  'hang-while-idle': 'fail',
  'supervisor-killed': 'fail',
  'supervisor-comes-back': 'fail',
  'status-is-honest': 'fail',
  'hang-is-answered': 'not_applicable',
};

/** Plays scenarios in the background, from the first question on. */
function verdictsOf(target: Target, scenarios: readonly Scenario[]): (name: string) => Promise<Verdict> {
  const settled = new Map(scenarios.map(({ name }) => [name, Promise.withResolvers<Verdict>()]));
  let playing: Promise<void> | undefined;
  return async (name) => {
    playing ??= playAll(scenarios, target, AT_ONCE, (scenario, verdict) =>
      settled.get(scenario.name)?.resolve(verdict),
    );
    const verdict = settled.get(name);
    if (verdict === undefined) throw new Error(`no scenario ${name}`);
    // Where playing itself fails, every question fails with it.
    return Promise.race([verdict.promise, playing.then(() => verdict.promise)]);
  };
}

describe('ssw-infer', () => {
  const light = SCENARIOS.filter((it) => it.weight === 'light');
  const verdictOf = verdictsOf(ours, light);
  for (const { name, requires, needs } of light) {
    const is = needs.some((need) => ours.lacks[need] !== undefined) ? 'not_applicable' : 'pass';
    test(`${name}: ${requires}`, async () => expect(await verdictOf(name)).toMatchObject({ is }), LIMIT_MS);
  }
});

describe('supervisord, the floor', () => {
  const verdictOf = verdictsOf(
    supervisord,
    SCENARIOS.filter(({ name }) => name in FLOOR),
  );
  for (const [name, expected] of Object.entries(FLOOR))
    test(`${name}: ${expected}`, async () => expect(await verdictOf(name)).toMatchObject({ is: expected }), LIMIT_MS);
});
