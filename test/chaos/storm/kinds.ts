/**
 * What a storm does, and to what. `noticedWithinMs` is how long a replica that was hit may go on being given work: within
 * it, and from there until it is ready again, its requests may fail. Kinds without it must cost no request at all.
 */
const ROWS = {
  kill_leader: { hits: 'replica', noticedWithinMs: 2000 },
  kill_core: { hits: 'replica', noticedWithinMs: 2000 },
  freeze_core: { hits: 'replica', noticedWithinMs: 12_000 },
  freeze_leader: { hits: 'replica', noticedWithinMs: 12_000 },
  exit_zero: { hits: 'replica', noticedWithinMs: 2000 },
  crash: { hits: 'replica', noticedWithinMs: 2000 },
  out_of_memory: { hits: 'replica', noticedWithinMs: 2000 },
  abort_streams: { hits: 'replica', noticedWithinMs: 5000 },
  error_chunk: { hits: 'replica', noticedWithinMs: 15_000 },
  // It serves on over the connections there are, for as long as it is kept busy.
  remove_socket: { hits: 'replica', noticedWithinMs: Number.POSITIVE_INFINITY },
  poison: { hits: 'pool', noticedWithinMs: 5000 },
  steal_port: { hits: 'replica', noticedWithinMs: 2000 },
  slow_health: { hits: 'replica' },
  restart: { hits: 'replica' },
  drain_and_resume: { hits: 'replica' },
  reload_slow_start: { hits: 'replica' },
  reload_crash_on_start: { hits: 'replica' },
  reload_bad_file: { hits: 'node' },
  kill_redis: { hits: 'redis' },
  kill_node: { hits: 'node' },
} as const satisfies Record<string, Row>;

interface Row {
  readonly hits: 'replica' | 'pool' | 'redis' | 'node';
  readonly noticedWithinMs?: number;
}

export type Kind = keyof typeof ROWS;
export const KINDS: Readonly<Record<Kind, Row>> = ROWS;
