import type { Config } from '../../config/index.ts';
import { systemClock as clock, type Log, type Metrics } from '../../telemetry/index.ts';
import { keyFiles } from './key-files.ts';
import { createKeyKeeper, type KeyKeeper } from './key-keeper.ts';
import { keySources, type KeySource } from './key-sources.ts';
import { keyWarnings } from './key-warnings.ts';
import { readPolicy } from './read-policy.ts';

/** The keys of a node that starts. Says loudly where it lets in whoever comes. */
export function openKeys({ config, log, metrics }: { config: Config; log: Log; metrics: Metrics }): KeyKeeper {
  const keeper = createKeyKeeper(sourcesOf(config), { files: keyFiles, clock, unixMs: Date.now, log, metrics });
  if (keeper.problem() === undefined)
    for (const warning of keyWarnings(config.gateway.host, keeper.policy(), undefined)) log.warn(warning);
  return keeper;
}

/** Where the keys of a config are for this process. */
export const sourcesOf = (config: Config): readonly KeySource[] =>
  keySources(config, process.env['CREDENTIALS_DIRECTORY']);

/** What is to be said of a config's keys where no node runs. */
export function checkKeys(config: Config): readonly string[] {
  const read = readPolicy(sourcesOf(config), keyFiles, new Set());
  return read.ok
    ? keyWarnings(config.gateway.host, read.policy, undefined)
    : [`the API keys cannot be read here (${read.problem}); a service that cannot either lets nobody in`];
}
