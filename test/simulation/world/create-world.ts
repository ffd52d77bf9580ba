import { createRandom } from '../../support/random.ts';
import { createAgenda, type Turns } from '../agenda.ts';
import { createEngines } from '../engine/fleet.ts';
import { createLedger } from '../load/ledger.ts';
import { createTrace } from '../trace.ts';
import { createCardMemory } from './cards.ts';
import type { Estate } from './estate.ts';
import { createHost } from './host.ts';
import { createWeather } from './weather.ts';
import type { World } from './world.ts';

/** What a world is made with. */
export interface WorldSetting {
  readonly seed: number;
  readonly turns: Turns;
  /** Events that its trace keeps. */
  readonly traceLinesMax: number;
  /** As its nodes are configured. */
  readonly quarantineMs: number;
}

/** A world in which nothing has happened yet. */
export function createEstate({ seed, turns, traceLinesMax, quarantineMs }: WorldSetting): Estate {
  const agenda = createAgenda(turns);
  const nowMs = (): number => agenda.nowMs();
  const trace = createTrace(traceLinesMax, nowMs);
  let counted = 0;
  const world: World = {
    agenda,
    trace,
    random: createRandom(seed),
    host: createHost(nowMs),
    cards: createCardMemory(),
    listeners: new Map(),
    ledger: createLedger(trace, nowMs, quarantineMs),
    count: () => (counted += 1),
  };
  return { world, engines: createEngines(world), record: new Set(), weather: createWeather() };
}
