import { CARD_MEMORY_FRACTION_MAX, replicaDefinitions, type Config, type ReplicaConfig } from '../config/index.ts';
import { CONTEXT_BYTES, CONTEXT_LEAST_BYTES } from './assumptions.ts';
import { gibText } from './bytes.ts';
import type { FoundModel } from './model-facts.ts';
import { planReplica, type ReplicaCapacity } from './plan-replica.ts';

/** Size of a card, and who says so. */
export interface CardSize {
  readonly totalBytes: number;
  readonly from: 'nvidia-smi' | 'given' | 'assumed';
}

export interface CardCapacity extends CardSize {
  readonly gpu: number;
  readonly replicas: readonly ReplicaCapacity[];
  readonly utilizationSum: number;
  /** What each process takes on top of its share, together. */
  readonly contextBytes: number;
  /** Of no replica's share; negative where the shares and contexts are more than the card. */
  readonly leftBytes: number;
}

/** Something that keeps a replica from starting. `isCertain`: whatever a start takes beside its weights. */
export interface CapacityProblem {
  readonly gpu: number;
  readonly replica: string;
  readonly message: string;
  readonly isCertain: boolean;
}

export interface CapacityPlan {
  readonly cards: readonly CardCapacity[];
  /** Replicas that no card's memory is counted for. */
  readonly uncounted: readonly { readonly replica: string; readonly because: string }[];
  readonly problems: readonly CapacityProblem[];
}

/** What is known of the host: its cards by number, and the models of its pools by the pool's name. */
export interface KnownHost {
  readonly cards: ReadonlyMap<number, CardSize>;
  readonly models: ReadonlyMap<string, FoundModel>;
}

/** The memory of every card that the config uses, and who gets what of it. Pure. */
export function planCards(config: Config, { cards, models }: KnownHost): CapacityPlan {
  const byCard = new Map<number, ReplicaCapacity[]>();
  const uncounted: { replica: string; because: string }[] = [];
  for (const { replica, pool, poolName, engine } of replicaDefinitions(config).values()) {
    const card = replica.gpu === undefined ? undefined : cards.get(replica.gpu);
    const because = whyNot(replica.url, replica.gpu, card);
    if (card === undefined || replica.gpu === undefined || because !== undefined) {
      uncounted.push({ replica: replica.name, because: because ?? 'it has no card' });
      continue;
    }
    const model = models.get(poolName) ?? { is: 'unknown', because: 'nothing is known of its model' };
    const planned = planReplica(
      { replica, pool, model, env: engine.env, shareMax: shareMax(replica, config) },
      card.totalBytes,
    );
    byCard.set(replica.gpu, [...(byCard.get(replica.gpu) ?? []), planned]);
  }
  const planned = [...byCard]
    .toSorted(([a], [b]) => a - b)
    .flatMap(([gpu, replicas]) => {
      const card = cards.get(gpu);
      return card === undefined ? [] : [cardOf(gpu, card, replicas)];
    });
  return { cards: planned, uncounted, problems: planned.flatMap(problemsOf) };
}

/** Of a card with this replica alone on it all that the config allows, else what the others leave of that. */
function shareMax({ name, gpu }: ReplicaConfig, { replicas }: Config): number {
  const others = replicas.filter((it) => it.gpu === gpu && it.name !== name);
  const taken = others.reduce((sum, it) => sum + (it.gpuMemoryUtilization ?? CARD_MEMORY_FRACTION_MAX), 0);
  return CARD_MEMORY_FRACTION_MAX - taken;
}

function whyNot(url: string | undefined, gpu: number | undefined, card: CardSize | undefined): string | undefined {
  if (url !== undefined) return 'somebody else runs its engine';
  if (gpu === undefined) return 'it runs on the CPU: VLLM_CPU_KVCACHE_SPACE in engine.env is its KV cache';
  return card === undefined ? `the size of card ${gpu} is not known` : undefined;
}

function cardOf(gpu: number, card: CardSize, replicas: readonly ReplicaCapacity[]): CardCapacity {
  const contextBytes = replicas.length * CONTEXT_BYTES;
  const budgets = replicas.reduce((sum, it) => sum + it.budgetBytes, 0);
  return {
    ...card,
    gpu,
    replicas,
    utilizationSum: replicas.reduce((sum, it) => sum + it.utilization, 0),
    contextBytes,
    leftBytes: card.totalBytes - budgets - contextBytes,
  };
}

function problemsOf(card: CardCapacity): CapacityProblem[] {
  const { gpu, replicas } = card;
  const own = replicas.flatMap(({ replica, verdict, because }) =>
    because === undefined || verdict === 'fits' || verdict === 'unknown'
      ? []
      : [{ gpu, replica, message: because, isCertain: verdict === 'no' }],
  );
  const crowded = crowding(card);
  return crowded === undefined ? own : [...own, crowded];
}

/**
 * Whoever starts last finds what the others left: its share must be free at that moment, and each of the others has taken
 * its share and a context on top (vllm/v1/worker/utils.py, `request_memory`).
 */
function crowding({ gpu, replicas, totalBytes, leftBytes, utilizationSum }: CardCapacity): CapacityProblem | undefined {
  const last = replicas.at(-1);
  if (last === undefined || leftBytes >= 0) return undefined;
  const lackAtLeast = -leftBytes - replicas.length * (CONTEXT_BYTES - CONTEXT_LEAST_BYTES);
  const shares = `the replicas of card ${gpu} take ${utilizationSum.toFixed(2)} of its ${gibText(totalBytes)}`;
  const message = `${shares}, and each about ${gibText(CONTEXT_BYTES)} more: whoever starts last finds less free than its share; lower one`;
  return { gpu, replica: last.replica, message, isCertain: lackAtLeast > 0 };
}
