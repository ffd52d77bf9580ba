import { differencesBetween, explain, type Difference, type KnownDifference } from './compare.ts';
import type { ListedRequest } from './request.ts';
import { send, type Target } from './send.ts';

/** What the whole list showed. */
export interface Verdict {
  readonly compared: number;
  /** Differences that nothing explains, by their request. */
  readonly unexplained: readonly { readonly request: string; readonly differences: readonly Difference[] }[];
  /** Entries that explained nothing: what they tell of is over. */
  readonly unused: readonly KnownDifference[];
}

/** Sends each request to both, one after the other, so that neither is busy with another one. */
export async function runList(
  requests: readonly ListedRequest[],
  known: readonly KnownDifference[],
  engine: Target,
  gateway: Target,
): Promise<Verdict> {
  const used = new Set<KnownDifference>();
  const unexplained: { request: string; differences: Difference[] }[] = [];
  for (const request of requests) {
    const differences = differencesBetween(await send(engine, request), await send(gateway, request));
    const strange = differences.filter((it) => {
      const entry = explain(it, request, known);
      if (entry !== undefined) used.add(entry);
      return entry === undefined;
    });
    if (strange.length > 0) unexplained.push({ request: request.name, differences: strange });
  }
  return { compared: requests.length, unexplained, unused: known.filter((it) => !used.has(it)) };
}
