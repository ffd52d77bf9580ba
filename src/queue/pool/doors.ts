import { quarantineOf } from '../suspects/quarantine-copy.ts';
import type { Committer } from './committer.ts';
import type { PoolEffect, PoolEvent } from './event.ts';
import { hasRoom } from './offers.ts';
import type { LoopParts } from './parts.ts';
import type { PoolLoop } from './pool-loop.ts';
import { isHeld } from './pool.ts';
import { acquire, close, depthOf, release, standing } from './requests.ts';

/** A pool's loop, as its doors use it. */
export interface PoolCore {
  readonly parts: LoopParts;
  /** Takes an event, and says what it came to. */
  readonly take: (event: PoolEvent) => readonly PoolEffect[];
  readonly committer: Committer;
  readonly isUp: () => boolean;
}

type RequestDoor = Pick<PoolLoop, 'acquire' | 'standing' | 'cancel' | 'asked' | 'inspect' | 'originOf' | 'depth'>;

/** For those who ask, and those who look on. */
export function requestDoor({ parts, take }: PoolCore): RequestDoor {
  const { pool, joiner, dispatch, effects } = parts;
  return {
    acquire: (ticket, signal) => acquire(parts, ticket, signal),
    standing: (id) => standing(parts, id),
    cancel(id) {
      const was = isHeld(pool, id);
      if (was) dispatch({ on: 'cancel', id });
      return was;
    },
    asked(guest) {
      const bid = take({ on: 'asked', guest, nowMs: effects.clock.nowMs() }).find((it) => it.do === 'bid');
      return bid?.bidding ?? 'drop';
    },
    inspect: (what) => joiner.store().inspect(pool.name, what),
    originOf: (id) => joiner.store().originOf(pool.name, id),
    depth: () => depthOf(parts),
  };
}

type ReplicaDoor = Pick<
  PoolLoop,
  'open' | 'expect' | 'close' | 'end' | 'observe' | 'running' | 'quarantined' | 'quarantineChanged' | 'release'
>;

/** For the replicas, and what they died of. */
export function replicaDoor({ parts }: PoolCore): ReplicaDoor {
  const { pool, dispatch, effects, quarantine } = parts;
  const { clock } = effects;
  return {
    open(replica, capacity) {
      const { open: isOpen, model } = pool.replicas.get(replica) ?? { open: false, model: undefined };
      dispatch({ on: isOpen && model === capacity.model ? 'resize' : 'open', replica, capacity });
    },
    expect: (models) => dispatch({ on: 'expect', models }),
    close: (replica) => close(parts, replica),
    end: (replica, ending) => dispatch({ on: 'end', replica, ending, nowMs: clock.nowMs() }),
    observe: (replica, load) => dispatch({ on: 'observe', replica, load, nowMs: clock.nowMs() }),
    running: (replica) => pool.replicas.get(replica)?.running ?? 0,
    quarantined: () => quarantineOf(pool).map((it) => ({ ...it, pool: pool.name })),
    quarantineChanged: () => quarantine.changed(),
    release: (fingerprint) => release(parts, fingerprint),
  };
}

/** For the store, and for time. */
export function connectionDoor({
  parts,
  committer,
  isUp,
}: PoolCore): Omit<PoolLoop, keyof (RequestDoor & ReplicaDoor)> {
  const { pool, dispatch, effects, metrics, quarantine, joiner, waiters } = parts;
  return {
    isUp,
    connection(link) {
      if (link.is === 'lost') dispatch({ on: 'lost', cause: link.cause });
      else joiner.connected();
    },
    bell() {
      if (pool.link === 'up' && hasRoom(pool)) dispatch({ on: 'poll' });
    },
    pulse() {
      dispatch({ on: 'pulse', nowMs: effects.clock.nowMs() });
      metrics.oldest(depthOf(parts).oldestWaitMs);
      quarantine.sync();
    },
    drain: () => dispatch({ on: 'drain' }),
    async depart() {
      await committer.settled();
      dispatch({ on: 'depart' });
      await Promise.all([committer.settled(), quarantine.settled()]);
    },
    stop() {
      committer.stop();
      joiner.stop();
      waiters.stop();
      for (const stopPause of parts.pauses.values()) stopPause();
    },
  };
}
