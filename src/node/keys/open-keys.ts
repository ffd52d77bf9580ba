import type { Config } from '../../config/index.ts';
import { systemClock as clock, type Log, type Metrics } from '../../telemetry/index.ts';
import { keyFiles } from './key-files.ts';
import { createKeyKeeper, type KeyKeeper } from './key-keeper.ts';
import { keySources } from './key-sources.ts';
import { keyWarnings } from './key-warnings.ts';
import { readPolicy } from './read-policy.ts';

/** The keys of a node that starts. Says loudly where it lets in whoever comes. */
export function openKeys({ config, log, metrics }: { config: Config; log: Log; metrics: Metrics }): KeyKeeper {
  const sources = keySources(config, process.env['CREDENTIALS_DIRECTORY']);
  const keeper = createKeyKeeper(sources, { files: keyFiles, clock, unixMs: Date.now, log, metrics });
  if (keeper.problem() === undefined)
    for (const warning of keyWarnings(config.gateway.host, keeper.policy(), undefined)) log.warn(warning);
  return keeper;
}

/** What is to be said of a config's keys where no node runs. */
export function checkKeys(config: Config): readonly string[] {
  const read = readPolicy(keySources(config, process.env['CREDENTIALS_DIRECTORY']), keyFiles, new Set());
  return read.ok
    ? keyWarnings(config.gateway.host, read.policy, undefined)
    : [`the API keys cannot be read here (${read.problem}); a service that cannot either lets nobody in`];
}
