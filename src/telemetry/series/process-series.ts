import type { SeriesMaker } from './series-maker.ts';

/** This process. */
export function processSeries({ counter, gauge }: SeriesMaker) {
  return {
    configReload: counter('config_reload_total', 'Reloads by result.', ['result']),
    configLastReloadSuccessTimestampSeconds: gauge(
      'config_last_reload_success_timestamp_seconds',
      'Unix time of the last good reload.',
    ),
    openDescriptors: gauge('open_descriptors', 'Descriptors this process holds, most of them connections.'),
    eventLoopLagSeconds: gauge('event_loop_lag_seconds', 'How late a timer fired, worst of the last interval.'),
    buildInfo: gauge('build_info', 'Always 1; the labels tell.', ['version', 'commit', 'bun']),
  };
}
