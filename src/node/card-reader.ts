import type { Config } from '../config/index.ts';
import { createNvidiaSmi, createToolRunner, type CardReader } from '../supervisor/index.ts';
import type { Clock } from '../telemetry/index.ts';
import { simulatedCards } from './replica-plans.ts';
import { selfCommand } from './self-command.ts';

/** Where a shell looks that has no `PATH`. */
const PATH_FALLBACK = '/usr/local/bin:/usr/bin:/bin';

/** What reads this host's cards: the tool the config names, the simulation's own for simulated engines, else NVIDIA's. */
export function createCardReader(config: Config, clock: Clock): CardReader {
  const env = { PATH: process.env['PATH'] ?? PATH_FALLBACK, LC_ALL: 'C' };
  return createNvidiaSmi(commandOf(config), { runTool: createToolRunner({ clock, env }), clock });
}

function commandOf({ cards, engine, paths }: Config): readonly [string, ...string[]] {
  if (cards.nvidiaSmi !== undefined) return [cards.nvidiaSmi];
  if (engine.kind !== 'sim') return ['nvidia-smi'];
  return [...selfCommand, 'sim-engine', 'nvidia-smi', '--sim-card-ledger', simulatedCards(paths)];
}
