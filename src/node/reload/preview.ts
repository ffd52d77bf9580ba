import { describePlan, type Plan } from '../../config/index.ts';
import type { PlannedMove, ReloadPreview } from '../../control/index.ts';
import type { Move, PoolPolicy, ReplicaStatus } from '../../supervisor/index.ts';
import type { ExpectedStart, StartTimes } from './start-times.ts';

/** Nothing is on record: vLLM with an 8B model from a warm disk takes about that. */
const GUESSED_START: ExpectedStart = { ms: 120_000, isKnown: false };
const NO_START: ExpectedStart = { ms: 0, isKnown: true };

interface PreviewSources {
  readonly plan: Plan;
  /** In the order they would be taken. */
  readonly moves: readonly Move[];
  readonly policies: Readonly<Record<string, PoolPolicy>>;
  readonly replicas: readonly Pick<ReplicaStatus, 'name' | 'pool' | 'state' | 'kvCapacityTokens'>[];
  readonly startTimes: Pick<StartTimes, 'expected'>;
}

/** A replica that serves, as the moves before leave it. */
interface Serving {
  readonly pool: string;
  readonly kvTokens: number;
}

/** What a plan would do, how long it may take, and what serves at each move. Pure. */
export function previewOf({ plan, moves, policies, replicas, startTimes }: PreviewSources): ReloadPreview {
  const serving = new Map<string, Serving>(
    replicas
      .filter((it) => it.state === 'ready')
      .map((it) => [it.name, { pool: it.pool, kvTokens: it.kvCapacityTokens ?? 0 }]),
  );
  const planned = moves.map((move): PlannedMove => {
    const { replica, pool, from, to } = move;
    const before = serving.get(replica);
    serving.delete(replica);
    const others = [...serving.values()].filter((it) => it.pool === pool);
    if (to !== undefined) serving.set(replica, { pool, kvTokens: before?.kvTokens ?? 0 }); // as far as it is known
    const start = to === undefined ? NO_START : (startTimes.expected(replica, to.pool.servedName) ?? GUESSED_START);
    return {
      replica,
      pool,
      kind: kindOf(move),
      from: from?.pool.servedName ?? null,
      to: to?.pool.servedName ?? null,
      start_s: Math.round(start.ms / 1000),
      start_known: start.isKnown,
      drain_s_max: from === undefined ? 0 : drainMs(move, policies[pool]) / 1000,
      ready_meanwhile: others.length,
      kv_tokens_meanwhile: others.reduce((sum, it) => sum + it.kvTokens, 0),
    };
  });
  return {
    ok: true,
    steps: describePlan(plan),
    in_place: plan.inPlace,
    moves: planned,
    duration_s: planned.reduce((sum, it) => sum + it.start_s, 0),
  };
}

function kindOf({ from, to }: Move): PlannedMove['kind'] {
  if (from === undefined) return 'add';
  return to === undefined ? 'remove' : 'roll';
}

function drainMs({ from }: Move, policy: PoolPolicy | undefined): number {
  return policy?.drainTimeoutMs ?? from?.replica.restart.drainTimeoutMs ?? 0;
}
