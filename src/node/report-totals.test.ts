import { expect, test } from 'bun:test';
import { createMetrics } from '../telemetry/index.ts';
import { readTotals } from './report-totals.ts';

test('the totals of a pool are those of all its outcomes and tenants', async () => {
  const metrics = createMetrics();
  metrics.requests.inc({ pool: 'heavy', outcome: 'completed' }, 3);
  metrics.requests.inc({ pool: 'heavy', outcome: 'engine_error' });
  metrics.requests.inc({ pool: 'light', outcome: 'completed' }, 9);
  for (const tenant of ['a', 'b'])
    for (const [kind, count] of Object.entries({ prompt: 10, cached: 4, completion: 5 }))
      metrics.tokens.inc({ tenant, pool: 'heavy', kind }, count);
  const totals = await readTotals(metrics);
  expect(totals('heavy')).toEqual({ requests: 4, prompt_tokens: 20, completion_tokens: 10 });
  expect(totals('none')).toEqual({ requests: 0, prompt_tokens: 0, completion_tokens: 0 });
});
