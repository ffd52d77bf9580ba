import type { Overlay } from '../config/index.ts';
import type { LastReloadReport, RolloutReport, SwapReport } from '../control/index.ts';
import type { RolloutView } from '../supervisor/index.ts';
import type { LastReload } from './reload/ending.ts';
import { rfc3339 } from './rfc3339.ts';

/** The last change as `status` tells it. */
export function reportReload(last: LastReload | undefined): LastReloadReport | null {
  if (last === undefined) return null;
  return { result: last.result, at: last.at, message: last.result === 'success' ? null : last.message };
}

/** What holds on top of the file. */
export function reportSwaps(overlay: Overlay): readonly SwapReport[] {
  return Object.entries(overlay).map(([pool, { model, revision, at }]) => ({
    pool,
    model,
    revision: revision ?? null,
    at,
  }));
}

/** A rollout as `status` and `rollout` tell it. */
export function reportRollout(view: RolloutView): RolloutReport {
  const { id, status, cause, startedAtUnixMs, endedAtUnixMs, moves } = view;
  return {
    id,
    status,
    cause: cause ?? null,
    started_at: rfc3339(startedAtUnixMs),
    ended_at: endedAtUnixMs === undefined ? null : rfc3339(endedAtUnixMs),
    moves: moves.map((move) => ({
      replica: move.replica,
      pool: move.pool,
      kind: move.kind,
      stage: move.stage,
      since: rfc3339(move.sinceUnixMs),
      from: move.from ?? null,
      to: move.to ?? null,
      cause: move.cause ?? null,
    })),
  };
}
