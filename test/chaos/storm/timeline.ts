import { z } from 'zod';
import { KINDS } from './kinds.ts';
import { REPLICAS, type ReplicaName } from './plan.ts';
import type { Hit, Span } from './trace.ts';

/** One transition of a replica, as the node's log tells it. */
export interface Move {
  readonly atMs: number;
  readonly replica: string;
  readonly from: string;
  readonly to: string;
  readonly because: string;
}

const moveSchema = z.object({
  time: z.iso.datetime(),
  replica: z.string(),
  from: z.string(),
  to: z.string(),
  because: z.string(),
});

/** Transitions in a node's log; a line that a killed node left unfinished is none. */
export function movesIn(log: string): readonly Move[] {
  return log.split('\n').flatMap((line) => {
    const move = moveSchema.safeParse(parse(line));
    return move.success ? [{ ...move.data, atMs: Date.parse(move.data.time) }] : [];
  });
}

function parse(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    return undefined;
  }
}

/** When a replica was ready: from its becoming so until it left, or its node died. */
export function readySpans(moves: readonly Move[], replica: string, nodeOutages: readonly Span[]): readonly Span[] {
  const own = moves.filter((it) => it.replica === replica);
  const ends = [
    ...own.filter((it) => it.from === 'ready').map((it) => it.atMs),
    ...nodeOutages.map((it) => it.fromMs),
  ].toSorted((a, b) => a - b);
  return own
    .filter((it) => it.to === 'ready')
    .map(({ atMs }) => ({ fromMs: atMs, toMs: ends.find((it) => it >= atMs) ?? Number.POSITIVE_INFINITY }));
}

const SERVING: ReadonlySet<string> = new Set(['ready', 'draining']);
/** States that end an engine's life. */
const ENDINGS: ReadonlySet<string> = new Set(['stopping', 'cleaning']);

/** When requests of a replica may fail, by what was done to it: from the blow until a new engine of it is ready. */
export function harmSpans(
  replica: ReplicaName,
  hits: readonly Hit[],
  moves: readonly Move[],
  nodeOutages: readonly Span[],
): readonly Span[] {
  const own = moves.filter((it) => it.replica === replica);
  const ends = [...own.filter((it) => ENDINGS.has(it.to)).map((it) => it.atMs), ...nodeOutages.map((it) => it.fromMs)];
  const renewals = own.filter((it) => it.from === 'warming' && it.to === 'ready').map((it) => it.atMs);
  return hits
    .filter((it) => it.replica === replica)
    .flatMap(({ kind, atMs, untilMs }) => {
      const limitMs = KINDS[kind].noticedWithinMs;
      if (limitMs === undefined) return [];
      if (untilMs !== undefined) return [{ fromMs: atMs, toMs: untilMs + limitMs }];
      const isNoticed = isDown(own, atMs) || ends.some((it) => it >= atMs && it <= atMs + limitMs);
      const renewedMs = renewals.find((it) => it > atMs) ?? Number.POSITIVE_INFINITY;
      return [{ fromMs: atMs, toMs: isNoticed ? renewedMs : Math.min(atMs + limitMs, renewedMs) }];
    });
}

/** It was not serving when it was hit: that start may fail, and the next may not. */
function isDown(own: readonly Move[], atMs: number): boolean {
  return !SERVING.has(own.findLast((it) => it.atMs <= atMs)?.to ?? '');
}

/** Deaths in a pool, at which a request may have been in flight: a replica's leaving unasked, for whatever reason. */
export function deathsIn(pool: string, { fromMs, toMs }: Span, moves: readonly Move[]): number {
  const isDeath = (it: Move) => SERVING.has(it.from) && ENDINGS.has(it.to) && it.replica.startsWith(pool);
  return moves.filter((it) => isDeath(it) && it.atMs >= fromMs && it.atMs <= toMs).length;
}

/** What of a storm decides which failures were its own. */
export interface Timeline {
  readonly ready: ReadonlyMap<string, readonly Span[]>;
  readonly harmed: ReadonlyMap<string, readonly Span[]>;
  readonly nodeOutages: readonly Span[];
  readonly redisOutages: readonly Span[];
  readonly moves: readonly Move[];
}

export function timelineOf(
  moves: readonly Move[],
  hits: readonly Hit[],
  outages: { readonly node: readonly Span[]; readonly redis: readonly Span[] },
): Timeline {
  const perReplica = (spans: (replica: ReplicaName) => readonly Span[]) =>
    new Map(REPLICAS.map((replica) => [replica, spans(replica)]));
  return {
    ready: perReplica((it) => readySpans(moves, it, outages.node)),
    harmed: perReplica((it) => harmSpans(it, hits, moves, outages.node)),
    nodeOutages: outages.node,
    redisOutages: outages.redis,
    moves,
  };
}
