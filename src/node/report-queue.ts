import type { QueueReport } from '../control/index.ts';
import { PRIORITIES, type PoolState } from '../queue/index.ts';

type Line = QueueReport['lines'][number] & { readonly priority: (typeof PRIORITIES)[number] };
type Placed = PoolState['line'][number];

/** What `ssw-infer queue` shows of one pool. `ticketsMax` bounds the tickets told one by one. Pure. */
export function reportQueue(pool: string, state: PoolState, ticketsMax: number): QueueReport {
  const { line, apart, claims, lives } = state;
  const inOrder = line.toSorted((one, other) => one.order - other.order);
  const positions = new Map<string, number>();
  const tickets = inOrder.map((it) => {
    const position = (positions.get(flowOf(it)) ?? 0) + 1;
    positions.set(flowOf(it), position);
    return reportTicket(it, position, state);
  });
  return {
    pool,
    waiting: line.length,
    suspects: apart.length,
    running: claims.length,
    lines: reportLines(inOrder, state),
    tickets: [...apart.map((it) => reportTicket(it, 0, state)), ...tickets].slice(0, ticketsMax),
    claims: claims.map(({ claim, replica, kind, entry }) => ({
      claim,
      id: entry.id,
      tenant: entry.tenant,
      priority: entry.priority,
      ...splitAddress(replica),
      kind,
      cost_tokens: entry.costTokens,
      origin: nodeOfLife(entry.origin),
    })),
    nodes: lives.map(({ life, leaseEndMs }) => ({
      node: nodeOfLife(life),
      lease_ms: Math.max(0, Math.round(leaseEndMs - state.nowUs / 1000)),
    })),
  };
}

const flowOf = ({ tenant, priority }: Placed): string => `${priority} ${tenant}`;

const waitMs = ({ order }: Placed, { nowUs }: PoolState): number => Math.max(0, Math.round((nowUs - order) / 1000));

function reportTicket(it: Placed, position: number, state: PoolState): QueueReport['tickets'][number] {
  const { id, tenant, priority, costTokens, origin } = it;
  const wait = waitMs(it, state);
  return { id, tenant, priority, position, wait_ms: wait, cost_tokens: costTokens, origin: nodeOfLife(origin) };
}

/** The first of a line is the one that waits longest. */
function reportLines(inOrder: readonly Placed[], state: PoolState): Line[] {
  const lines = new Map<string, Line>();
  for (const it of inOrder) {
    const { tenant, priority } = it;
    const before = lines.get(flowOf(it));
    lines.set(flowOf(it), {
      tenant,
      priority,
      waiting: (before?.waiting ?? 0) + 1,
      oldest_wait_ms: before?.oldest_wait_ms ?? waitMs(it, state),
      cost_tokens: (before?.cost_tokens ?? 0) + it.costTokens,
      virtual_tokens: state.flows[priority].get(tenant) ?? 0,
    });
  }
  return [...lines.values()].toSorted((one, other) => other.waiting - one.waiting);
}

const nodeOfLife = (life: string): string => life.split(':', 1)[0] ?? '';

function splitAddress(address: string): { readonly node: string; readonly replica: string } {
  const at = address.indexOf('/');
  return { node: address.slice(0, at), replica: address.slice(at + 1) };
}
