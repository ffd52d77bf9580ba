import { expect, test } from 'bun:test';
import type { KnownDifference } from './compare.ts';
import knownDifferences from '../../docs/differences.json';
import requests from './requests.json';
import type { ListedRequest } from './request.ts';
import { runList } from './run-list.ts';
import type { Target } from './send.ts';

const known: readonly KnownDifference[] = knownDifferences;
const list = requests as unknown as readonly ListedRequest[]; // `expand.ts` writes it from that type
const LIMIT_MS = 600_000;

/** The whole list, to an engine itself and through the gateway. */
export function describeDifferences(targets: () => Promise<{ engine: Target; gateway: Target }>): void {
  test(
    'the gateway answers as its engine does, but for what docs/differences.md lists',
    async () => {
      const { engine, gateway } = await targets();
      const { compared, unexplained, unused } = await runList(list, known, engine, gateway);
      expect(unexplained).toEqual([]);
      expect(unused).toEqual([]);
      process.stdout.write(`${compared} requests compared\n`);
    },
    LIMIT_MS,
  );
}
