import { z } from 'zod';
import { createBaseline, type Baseline, type ModelRecord } from './baseline.ts';
import { createTimes, placeOf, VALUES_MAX, type Times } from './times.ts';

const strata = z.record(z.string(), z.array(z.number().nonnegative()).max(VALUES_MAX));
const kept = z.object({
  version: z.literal(1),
  pools: z.record(z.string(), z.record(z.string(), z.object({ lastUnixMs: z.number(), strata }))),
});

/** µs are exact enough. */
const DIGITS = 1_000;

/** A baseline as text for a file. */
export function writeBaseline({ pools }: Baseline): string {
  const models = (of: ReadonlyMap<string, ModelRecord>) =>
    Object.fromEntries(
      [...of].map(([model, { times, lastUnixMs }]) => [model, { lastUnixMs, strata: strataOf(times) }]),
    );
  const all = Object.fromEntries([...pools].map(([pool, of]) => [pool, models(of)]));
  return JSON.stringify({ version: 1, pools: all });
}

function strataOf({ strata: of }: Times): Record<string, number[]> {
  const rounded = (value: number): number => Math.round(value * DIGITS) / DIGITS;
  // The eldest first, so that they give way first again.
  return Object.fromEntries(
    [...of].map(([key, { values, next }]) => [key, [...values.slice(next), ...values.slice(0, next)].map(rounded)]),
  );
}

/** Reads what `writeBaseline` wrote; `undefined` where that is not what it is. */
export function readBaseline(text: string): Baseline | undefined {
  const read = kept.safeParse(parsed(text)).data;
  if (read === undefined) return undefined;
  const baseline = createBaseline();
  for (const [pool, models] of Object.entries(read.pools)) {
    baseline.pools.set(pool, new Map(Object.entries(models).map(([model, it]) => [model, recordOf(it)])));
  }
  return baseline;
}

function recordOf({ lastUnixMs, strata: of }: z.infer<typeof kept>['pools'][string][string]): ModelRecord {
  const times = createTimes();
  for (const [key, values] of Object.entries(of)) {
    if (placeOf(key) !== undefined) times.strata.set(key, { values, next: 0 });
  }
  return { times, lastUnixMs };
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
