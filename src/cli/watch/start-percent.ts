import type { ReplicaReport } from '../../control/index.ts';

/**
 * Where on the way to `ready` each phase of a start begins, in per cent: an estimate, by which reading the weights and compiling
 * take most of it. A phase that does not come (a download, with the model in the cache) is jumped over.
 */
const BEGINS_AT: Readonly<Record<string, number>> = {
  spawned: 2,
  configuring: 5,
  downloading: 12,
  loading: 30,
  compiling: 60,
  kv_cache: 78,
  capturing: 82,
  listening: 94,
};
const WARMING_BEGINS_AT = 96;

/** How far a replica's start is, in per cent; undefined where it does not start. */
export function startPercent({
  state,
  phase,
  progress,
}: Pick<ReplicaReport, 'state' | 'phase' | 'progress'>): number | undefined {
  if (state === 'warming') return WARMING_BEGINS_AT;
  if (state !== 'starting') return undefined;
  const begin = BEGINS_AT[phase ?? ''] ?? 0;
  const end = Math.min(...Object.values(BEGINS_AT).filter((it) => it > begin), WARMING_BEGINS_AT);
  const done = progress === null || progress.total <= 0 ? 0 : Math.min(1, progress.done / progress.total);
  return begin + (end - begin) * done;
}

/** `█████░░░░░  48%`. */
export function formatBar(percent: number, characters: number): string {
  const full = Math.round((percent / 100) * characters);
  return `${'█'.repeat(full)}${'░'.repeat(characters - full)} ${String(Math.floor(percent)).padStart(3)}%`;
}
