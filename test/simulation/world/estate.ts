import type { Engine } from '../engine/engine.ts';
import type { Engines } from '../engine/fleet.ts';
import type { Weather } from './weather.ts';
import type { World } from './world.ts';

/** What outlives a node: the world, its engines, the disk. */
export interface Estate {
  readonly world: World;
  readonly engines: Engines;
  /** What the nodes wrote down of their groups. */
  readonly record: Set<Engine>;
  readonly weather: Weather;
}
