import type { Opening } from '../queue.ts';
import type { Pool, Replica } from './pool.ts';

/** A replica was opened with a part of its capacity, and is watched, or with all of it. */
export function watch(pool: Pool, replica: string, { share = 1 }: Opening): void {
  if (share < 1) pool.watched = { replica, share, own: 0, others: 0 };
  else if (pool.watched?.replica === replica) pool.watched = undefined;
}

/** A replica was given a request. */
export function countGrant({ watched }: Pool, replica: string): void {
  if (watched === undefined) return;
  if (watched.replica === replica) watched.own += 1;
  else watched.others += 1;
}

/**
 * How many requests a replica is to be given before the others, so that it has its part of what each of them was given.
 * Room alone would not give it one while the others have more: it would be watched doing nothing.
 */
export function dueTo({ watched, replicas }: Pool, name: string): number {
  if (watched?.replica !== name) return 0;
  const isOther = ([other, it]: [string, Replica]): boolean => other !== name && it.open && !it.paused;
  const others = [...replicas].filter(isOther).length;
  return others === 0 ? 0 : Math.max(0, Math.floor((watched.share * watched.others) / others + 1 - watched.own));
}
