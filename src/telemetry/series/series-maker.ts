import { Counter, Gauge, Histogram, type Registry } from 'prom-client';

/** Makes series of one registry, each under the program's prefix. */
export type SeriesMaker = ReturnType<typeof createSeriesMaker>;

export function createSeriesMaker(registry: Registry) {
  const registers = [registry];
  return {
    counter: <L extends string>(name: string, help: string, labelNames: readonly L[] = []) =>
      new Counter<L>({ name: `sswinfer_${name}`, help, labelNames: [...labelNames], registers }),
    gauge: <L extends string>(name: string, help: string, labelNames: readonly L[] = []) =>
      new Gauge<L>({ name: `sswinfer_${name}`, help, labelNames: [...labelNames], registers }),
    histogram: <L extends string>(name: string, help: string, buckets: number[], labelNames: readonly L[] = []) =>
      new Histogram<L>({ name: `sswinfer_${name}`, help, buckets, labelNames: [...labelNames], registers }),
  };
}
