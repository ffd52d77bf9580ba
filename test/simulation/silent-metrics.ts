import { createMetrics, type Metrics } from '../../src/telemetry/index.ts';

const nothing = (): void => {};

/** Series that count nothing: they decide nothing, and a story has millions of samples. */
export function createSilentMetrics(): Metrics {
  const metrics = createMetrics();
  const { registry: _, ...all } = metrics;
  for (const series of Object.values(all)) {
    Object.assign(series, { inc: nothing, dec: nothing, set: nothing, observe: nothing, remove: nothing });
  }
  return metrics;
}
