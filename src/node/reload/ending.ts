import type { Log, Metrics } from '../../telemetry/index.ts';

/** How a reload ended: done, refused before anything moved, taken back, or failed on the way. */
export type ReloadEnding =
  { readonly result: 'success' } | { readonly result: 'refused' | 'failed' | 'rolled_back'; readonly message: string };

/** The last one, for `status`. RFC 3339. */
export type LastReload = ReloadEnding & { readonly at: string };

const HEADINGS = {
  refused: 'reload refused, nothing was changed',
  failed: 'reload failed',
  rolled_back: 'reload taken back, what ran before runs again',
} as const;

/** Counts and logs the end of a reload. */
export function announceReload(
  ending: ReloadEnding,
  log: Log,
  metrics: Pick<Metrics, 'configReload' | 'configLastReloadSuccessTimestampSeconds'>,
): void {
  metrics.configReload.inc({ result: ending.result });
  if (ending.result !== 'success') {
    log.error(`${HEADINGS[ending.result]}: ${ending.message}`);
    return;
  }
  metrics.configLastReloadSuccessTimestampSeconds.set(Date.now() / 1000);
  log.info('reload: done');
}
