import {
  gibText,
  overheadBytes,
  REQUEST_LENGTHS,
  SHIPPED_CARD,
  type CapacityPlan,
  type CardCapacity,
  type ReplicaCapacity,
} from '../node/index.ts';
import { formatTable } from './table.ts';

const HEAD = [
  'REPLICA',
  'SHARE',
  'WEIGHTS',
  'OVERHEAD',
  'KV CACHE',
  'KV TOKENS',
  ...REQUEST_LENGTHS.map((tokens) => `AT ${tokens / 1024}K`),
  'VERDICT',
];
const ASSUMED = `assumed: no card could be read here, so an ${SHIPPED_CARD}; --card or --card-memory-gib says otherwise`;

/** A plan as a person reads it: a table for each card, then what should be known of its figures. */
export function formatPlan({ cards, uncounted }: CapacityPlan, columns: number | undefined): string {
  const tables = cards.map((it) => [headline(it), formatTable([HEAD, ...it.replicas.map(row)], columns)].join('\n'));
  const notes = [
    ...(cards.some(({ from }) => from === 'assumed') ? [ASSUMED] : []),
    ...cards.flatMap(({ replicas }) => replicas.flatMap(notesOf)),
    ...uncounted.map(({ replica, because }) => `${replica} is not counted: ${because}`),
  ];
  return [...tables, [...new Set(notes)].join('\n')].filter((it) => it !== '').join('\n\n');
}

function headline({ gpu, totalBytes, from, utilizationSum, contextBytes, leftBytes }: CardCapacity): string {
  const left = leftBytes < 0 ? `${gibText(-leftBytes)} too much` : `${gibText(leftBytes)} left`;
  const shares = `shares ${utilizationSum.toFixed(2)} · processes about ${gibText(contextBytes)} · ${left}`;
  return `card ${gpu}: ${gibText(totalBytes)} (${from}) · ${shares}`;
}

function row({ replica, utilization, memory, verdict }: ReplicaCapacity): string[] {
  const share = utilization.toFixed(2);
  if (memory === undefined) return [replica, share, '-', '-', '-', '-', '-', '-', '-', verdict];
  const requests = REQUEST_LENGTHS.map((tokens) => memory.atOnce.find((it) => it.tokens === tokens)?.requests);
  return [
    replica,
    share,
    gibText(memory.weightsBytes),
    gibText(overheadBytes(memory.overhead)),
    gibText(memory.kvBytes),
    memory.kvTokens.toLocaleString('en-US'),
    ...requests.map((it) => (it === undefined ? '-' : String(it))),
    verdict,
  ];
}

const READ_FROM = {
  directory: 'its directory',
  cache: 'the model cache',
  'built-in': 'a table in this program (not in the model cache)',
} as const;
const SIZED_BY = { files: 'by its files', index: 'by their index', arithmetic: 'counted from the shape' } as const;

function notesOf({ model, pool, replica, memory, verdict, because, notes }: ReplicaCapacity): string[] {
  const unknown = verdict === 'unknown' && because !== undefined ? [`${replica} is not counted: ${because}`] : [];
  const source = memory?.source;
  const read =
    source === undefined
      ? []
      : [`${pool}: ${model}, shape from ${READ_FROM[source.shape]}, weights ${SIZED_BY[source.size]}`];
  return [...unknown, ...read, ...notes.map((it) => `${replica}: ${it}`)];
}

/** The shape of `plan --json` (docs/cli-json.md). */
export function planJson({ cards, uncounted, problems }: CapacityPlan, config: string) {
  return {
    config,
    ok: problems.length === 0,
    cards: cards.map((it) => ({
      gpu: it.gpu,
      total_bytes: whole(it.totalBytes),
      from: it.from,
      utilization: it.utilizationSum,
      context_bytes: whole(it.contextBytes),
      left_bytes: whole(it.leftBytes),
      replicas: it.replicas.map(replicaJson),
    })),
    uncounted: uncounted.map(({ replica, because }) => ({ name: replica, because })),
    problems: problems.map(({ gpu, replica, message, isCertain }) => ({ gpu, replica, message, certain: isCertain })),
  };
}

const whole = (bytes: number): number => Math.round(bytes);

function replicaJson({ memory, ...it }: ReplicaCapacity) {
  return {
    name: it.replica,
    pool: it.pool,
    model: it.model,
    utilization: it.utilization,
    budget_bytes: it.budgetBytes,
    verdict: it.verdict,
    because: it.because ?? null,
    notes: it.notes,
    memory: memory === undefined ? null : memoryJson(memory),
  };
}

function memoryJson(memory: NonNullable<ReplicaCapacity['memory']>) {
  return {
    source: memory.source.shape,
    size_from: memory.source.size,
    weights_bytes: whole(memory.weightsBytes),
    runtime_bytes: whole(memory.overhead.runtimeBytes),
    activation_bytes: whole(memory.overhead.activationBytes),
    graph_bytes: whole(memory.overhead.graphBytes),
    kv_bytes: whole(memory.kvBytes),
    kv_bytes_per_token: memory.kvBytesPerToken,
    kv_tokens: memory.kvTokens,
    max_model_len: memory.maxModelLen ?? null,
    at_once: memory.atOnce,
  };
}
