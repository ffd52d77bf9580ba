import type { PoolReport } from '../control/index.ts';
import type { Metrics } from '../telemetry/index.ts';

/** What has ended in each pool since the node started, from the counters of `/metrics`. */
export async function readTotals(
  metrics: Pick<Metrics, 'requests' | 'tokens'>,
): Promise<(pool: string) => PoolReport['totals']> {
  const [requests, tokens] = [await metrics.requests.get(), await metrics.tokens.get()];
  const sum = (series: readonly { readonly value: number }[]) => series.reduce((total, it) => total + it.value, 0);
  return (pool) => {
    const ofPool = tokens.values.filter((it) => it.labels.pool === pool);
    return {
      requests: sum(requests.values.filter((it) => it.labels.pool === pool)),
      prompt_tokens: sum(ofPool.filter((it) => it.labels.kind === 'prompt')),
      completion_tokens: sum(ofPool.filter((it) => it.labels.kind === 'completion')),
    };
  };
}
