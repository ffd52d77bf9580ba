import type { Scenario } from '../scenario.ts';
import { CARDS } from './cards.ts';
import { ENDINGS } from './endings.ts';
import { HANGS } from './hangs.ts';
import { HYGIENE } from './hygiene.ts';
import { LOOPS } from './loops.ts';
import { RELOADS } from './reloads.ts';
import { REQUESTS } from './requests.ts';
import { STARTS } from './starts.ts';
import { STOPS } from './stops.ts';
import { SUPERVISOR } from './supervisor.ts';

/** A part of the table. */
export interface Chapter {
  readonly title: string;
  readonly scenarios: readonly Scenario[];
}

/** Every scenario, in the order of the table. */
export const CHAPTERS: readonly Chapter[] = [
  { title: 'An engine ends', scenarios: ENDINGS },
  { title: 'An engine stands still', scenarios: HANGS },
  { title: 'An engine starts', scenarios: STARTS },
  { title: 'An engine fails again and again', scenarios: LOOPS },
  { title: 'Engines share a card', scenarios: CARDS },
  { title: 'An operator stops or restarts an engine', scenarios: STOPS },
  { title: 'The supervisor itself ends', scenarios: SUPERVISOR },
  { title: 'Clients during all this', scenarios: REQUESTS },
  { title: 'The configuration changes', scenarios: RELOADS },
  { title: 'Between supervisor and child', scenarios: HYGIENE },
];

export const SCENARIOS: readonly Scenario[] = CHAPTERS.flatMap(({ scenarios }) => scenarios);
