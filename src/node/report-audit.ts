import type { FindingReport } from '../control/index.ts';
import type { Finding } from '../queue/index.ts';

/** What was found in one pool. */
interface PoolFindings {
  readonly pool: string;
  readonly findings: readonly Finding[];
}

/**
 * All findings, each with its pool. Without the shared store only the line in this node's memory was looked at, and
 * that this one is well says nothing of what the store holds: so that is a finding too.
 */
export function reportAudit(found: readonly PoolFindings[], isConnected: boolean): FindingReport[] {
  return found.flatMap(({ pool, findings }) =>
    [...(isConnected ? [] : [UNREACHED]), ...findings].map((it) => ({ pool, ...it })),
  );
}

const UNREACHED: Finding = {
  rule: 'store_reached',
  what: 'Redis does not answer, or not as it should: what it holds was not looked at, only the line in this node’s memory',
};
