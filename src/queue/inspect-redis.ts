import { entryOf, readHeld } from './member.ts';
import { hashIn, setIn, textsIn } from './redis-pages.ts';
import type { RedisConnection } from './redis-connection.ts';
import { keyOf } from './redis-script.ts';
import { straysOf } from './redis-strays.ts';
import type { PlacedEntry } from './store.ts';
import type { Counters, Inspection, PoolState, Stray } from './pool-state.ts';
import { PRIORITIES, type Priority } from './ticket.ts';

/** What was read of a pool, and what could not be. */
interface Reading {
  readonly redis: RedisConnection;
  /** What all keys of the pool begin with. */
  readonly stem: string;
  readonly strays: Stray[];
}

/** All that Redis holds of a pool, read page by page, so that nobody else waits for it. */
export async function inspectRedis(redis: RedisConnection, pool: string, what?: Inspection): Promise<PoolState> {
  const reading: Reading = { redis, stem: keyOf(pool, ''), strays: [] };
  const { stem, strays } = reading;
  const [seconds, micros] = await redis.time();
  const leases = await setIn(redis, `${stem}nodes`);
  const gone = [...(await setIn(redis, `${stem}gone`)).keys()];
  const known = [...leases.keys(), ...gone];
  const state = {
    nowUs: Number(seconds) * 1_000_000 + Number(micros),
    line: await readTickets(reading, 'line'),
    apart: await readTickets(reading, 'apart'),
    claims: await readClaims(reading, known),
    lives: await readLives(reading, leases),
    gone,
    index: await readIndex(reading, known),
    flows: await readTiers(reading, 'flows'),
    idle: await readTiers(reading, 'idle'),
    counters: await readCounters(reading),
  };
  if (what?.strays === true) strays.push(...(await straysOf(redis, stem, known)));
  return { ...state, strays };
}

/** Nothing that stands in a key stops the reading: what no one of us wrote is told of as a stray. */
function understood<T>({ strays }: Reading, key: string, read: () => T): T[] {
  try {
    return [read()];
  } catch (cause) {
    strays.push({ key, what: `holds ${cause instanceof Error ? cause.message : String(cause)}` });
    return [];
  }
}

async function readTickets(reading: Reading, name: 'line' | 'apart'): Promise<PlacedEntry[]> {
  const key = reading.stem + name;
  const members = await textsIn(reading.redis, key, name === 'line' ? 'text' : 'score');
  return members.flatMap((member) => understood(reading, key, () => entryOf(member)));
}

async function readClaims(reading: Reading, lives: readonly string[]): Promise<PoolState['claims']> {
  const claims: PoolState['claims'][number][] = [];
  for (const life of lives) {
    const key = `${reading.stem}claims:${life}`;
    for (const [claim, text] of await hashIn(reading.redis, key)) {
      const read = () => {
        const { kind, replica, member } = readHeld(text);
        return { claim, life, kind, replica, entry: entryOf(member) };
      };
      claims.push(...understood(reading, key, read));
    }
  }
  return claims;
}

async function readLives({ redis, stem }: Reading, leases: ReadonlyMap<string, number>): Promise<PoolState['lives']> {
  const rooms = await hashIn(redis, `${stem}rooms`);
  return [...leases].map(([life, leaseEndMs]) => ({ life, leaseEndMs, rooms: rooms.get(life) ?? '' }));
}

async function readIndex(reading: Reading, lives: readonly string[]): Promise<PoolState['index']> {
  const index = new Map<string, Map<string, PlacedEntry>>();
  for (const life of lives) {
    const key = `${reading.stem}ids:${life}`;
    const ids = new Map<string, PlacedEntry>();
    for (const [id, member] of await hashIn(reading.redis, key)) {
      for (const entry of understood(reading, key, () => entryOf(member))) ids.set(id, entry);
    }
    if (ids.size > 0) index.set(life, ids);
  }
  return index;
}

async function readTiers({ redis, stem }: Reading, name: 'flows' | 'idle'): Promise<PoolState['flows']> {
  const tiers = PRIORITIES.map(async (it, rank) => [it, await setIn(redis, `${stem}${name}:${rank}`)] as const);
  const [interactive, normal, bulk] = await Promise.all(tiers);
  const none = new Map<string, number>();
  return { interactive: interactive?.[1] ?? none, default: normal?.[1] ?? none, bulk: bulk?.[1] ?? none };
}

/** Per priority `flow clock, tier's virtual time, tenant in turn`. */
async function readCounters({ redis, stem }: Reading): Promise<Counters> {
  const clock = await hashIn(redis, `${stem}clock`);
  const order = Number((await redis.get(`${stem}order`)) ?? 0);
  const part = <T>(read: (parts: readonly string[]) => T): Record<Priority, T> => {
    const at = (rank: number): T => read((clock.get(String(rank)) ?? '0 0 ').split(' '));
    return { interactive: at(0), default: at(1), bulk: at(2) };
  };
  return {
    flowClocks: part(([it]) => Number(it)),
    tierTimes: part(([, it]) => Number(it)),
    inTurn: part(([, , ...it]) => it.join(' ')),
    tierClock: Number(clock.get('tiers') ?? 0),
    served: Number(clock.get('served') ?? 0),
    order,
  };
}
