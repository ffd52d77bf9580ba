import type { Log, Metrics } from '../telemetry/index.ts';

/** How a reload ended: done, refused before anything moved, or failed on the way. */
export type ReloadEnding =
  { readonly result: 'success' } | { readonly result: 'refused' | 'failed'; readonly message: string };

/** Counts and logs the end of a reload. */
export function announceReload(ending: ReloadEnding, log: Log, metrics: Metrics): void {
  metrics.configReload.inc({ result: ending.result });
  if (ending.result === 'success') {
    metrics.configLastReloadSuccessTimestampSeconds.set(Date.now() / 1000);
    log.info('reload: done');
  } else if (ending.result === 'refused') log.error(`reload refused, nothing was changed: ${ending.message}`);
  else log.error(`reload stopped halfway: ${ending.message}`);
}
