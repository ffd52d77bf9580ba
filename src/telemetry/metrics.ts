import { Registry } from 'prom-client';
import { processSeries } from './series/process-series.ts';
import { queueSeries } from './series/queue-series.ts';
import { replicaSeries } from './series/replica-series.ts';
import { requestSeries } from './series/request-series.ts';
import { createSeriesMaker } from './series/series-maker.ts';

/** Every series this program exports; `/metrics` renders `registry`. */
export type Metrics = ReturnType<typeof createMetrics>;

/** Makes a fresh set of series; two nodes in one test do not share counts. */
export function createMetrics() {
  const registry = new Registry();
  const make = createSeriesMaker(registry);
  return { registry, ...replicaSeries(make), ...queueSeries(make), ...requestSeries(make), ...processSeries(make) };
}
