import type { Replica } from '../replica/stage.ts';

/** Whether a replica takes work: `coming` will again by itself, `down` will not. */
export type Presence = 'ready' | 'coming' | 'down';

/** Nobody here brings back an engine that somebody else runs, nor one that an operator keeps closed. */
export function presenceOf({ stage, held }: Replica, isOurs: boolean): Presence {
  const comes = isOurs && !held ? 'coming' : 'down';
  switch (stage.in) {
    case 'ready':
      if (stage.leaving === undefined) return 'ready';
      return stage.leaving === 'again' ? comes : 'down';
    case 'draining':
    case 'stopping':
    case 'cleaning':
      return stage.next === 'down' || stage.next === 'stay' ? 'down' : comes;
    case 'waiting_for_card':
    case 'starting':
    case 'warming':
    case 'backoff':
      return comes;
    case 'stopped':
    case 'failed':
      return 'down';
  }
}

/**
 * Whether a replica may be taken down, by the others of its pool. One that does not serve costs nothing. Where too few
 * of the others serve, those that come back are waited for; where none does, waiting would help nobody.
 */
export function mayLeave(self: 'ready' | 'down', others: readonly Presence[], minReady: number): boolean {
  if (self !== 'ready') return true;
  const count = (presence: Presence): number => others.filter((it) => it === presence).length;
  return count('ready') >= minReady || count('coming') === 0;
}
