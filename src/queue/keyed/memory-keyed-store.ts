import type { Clock } from '../../telemetry/index.ts';
import type { Claim, Claimed, Head, KeyedStore, Piece, Place, RunState, Seen, Span, Written } from './keyed-store.ts';

interface Kept {
  readonly tenant: string;
  readonly run: string;
  readonly fingerprint: string;
  readonly state: RunState;
  readonly head: Head | undefined;
  readonly body: Buffer;
  readonly beatMs: number;
  readonly expiresMs: number;
}

/** Keyed answers in this process's memory: the oracle of the tests, and Redis's stand-in where none is wanted. */
export function createMemoryKeyedStore(clock: Pick<Clock, 'nowMs'>): KeyedStore {
  const records = new Map<string, Kept>();
  const nameOf = ({ tenant, hash }: Place): string => `${tenant}\n${hash}`;
  const at = <T>(place: Place, act: (held: Kept | undefined, nowMs: number) => [Kept | undefined, T]): Promise<T> => {
    const nowMs = clock.nowMs();
    for (const [name, { expiresMs }] of records) if (expiresMs <= nowMs) records.delete(name);
    const [after, answer] = act(records.get(nameOf(place)), nowMs);
    if (after !== undefined) records.set(nameOf(place), after);
    return Promise.resolve(answer);
  };
  return {
    claim: (place, claim) => at(place, (held, nowMs) => applyClaim(held, place, claim, nowMs)),
    write(place, piece) {
      const before = records.get(nameOf(place));
      const written = at(place, (held, nowMs) => applyWrite(held, place, piece, nowMs));
      const after = records.get(nameOf(place));
      if (after !== before && after?.state === 'answered') makeRoom(records, nameOf(place), piece.tenantBytesMax);
      return written;
    },
    read: (place, span) => at(place, (held, nowMs) => [held, look(held, span, nowMs)]),
    close: () => undefined,
  };
}

/** Forgets a tenant's answers until the rest takes no more than it may. Goes no further than the one just kept. */
function makeRoom(records: Map<string, Kept>, own: string, bytesMax: number): void {
  const tenant = records.get(own)?.tenant;
  const kept = [...records].filter(([, it]) => it.tenant === tenant && it.state === 'answered');
  let bytes = kept.reduce((sum, [, { body }]) => sum + body.length, 0);
  for (const [name, { body }] of kept.toSorted(([, one], [, other]) => one.expiresMs - other.expiresMs)) {
    if (name === own || bytes <= bytesMax) return;
    records.delete(name);
    bytes -= body.length;
  }
}

/** As `lua/claim.lua`. */
function applyClaim(
  held: Kept | undefined,
  { tenant }: Place,
  claim: Claim,
  nowMs: number,
): [Kept | undefined, Claimed] {
  const { run, fingerprint, ttlMs, deadAfterMs } = claim;
  if (held?.run === run) return [held, { is: 'ours' }];
  if (held !== undefined && held.state !== 'failed') {
    if (held.fingerprint !== fingerprint) return [held, { is: 'mismatch' }];
    if (held.state !== 'running' || nowMs - held.beatMs <= deadAfterMs)
      return [held, { is: 'taken', run: held.run, state: held.state }];
  }
  const fresh = { state: 'running', head: undefined, body: Buffer.alloc(0), beatMs: nowMs } as const;
  return [{ tenant, run, fingerprint, expiresMs: nowMs + ttlMs, ...fresh }, { is: 'ours' }];
}

/** As `lua/write.lua`. */
function applyWrite(
  held: Kept | undefined,
  { tenant }: Place,
  piece: Piece,
  nowMs: number,
): [Kept | undefined, Written] {
  if (held !== undefined && held.run !== piece.run) return [held, { is: 'superseded' }];
  if (held !== undefined && held.state !== 'running') return [held, { is: 'at', bytes: held.body.length }];
  const { run, fingerprint, offset, bytes, ttlMs } = piece;
  const before = held?.body ?? Buffer.alloc(0);
  const fits = offset <= before.length;
  const body = fits
    ? Buffer.concat([before.subarray(0, offset), bytes, before.subarray(offset + bytes.length)])
    : before;
  const after = {
    tenant,
    run,
    fingerprint,
    state: fits ? piece.state : 'running',
    head: piece.head ?? held?.head,
    body: piece.state === 'unkept' ? Buffer.alloc(0) : body,
    beatMs: nowMs,
    expiresMs: nowMs + ttlMs,
  } as const;
  return [after, { is: 'at', bytes: body.length }];
}

/** As `lua/read.lua`. */
function look(held: Kept | undefined, { run, offset, bytesMax }: Span, nowMs: number): Seen {
  if (held === undefined) return { is: 'missing' };
  if (held.run !== run) return { is: 'replaced' };
  const { state, head, body, beatMs } = held;
  const bytes = body.subarray(offset, offset + bytesMax);
  return { is: 'there', state, head, bytes, bodyBytes: body.length, silentMs: nowMs - beatMs };
}
