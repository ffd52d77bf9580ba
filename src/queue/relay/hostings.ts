import type { Exchange } from './errands.ts';
import { startHosting, type Hosting } from './hosting.ts';
import { CLAIMS_PER_MESSAGE_MAX, GUESTS_MAX, STILL_MS } from './limits.ts';
import type { Message, Said } from './message.ts';
import { nodeOf, type Guest, type GuestGrant } from './relay.ts';

/** All requests of other nodes that this one runs. */
export interface Hostings {
  host(guest: Guest, grant: GuestGrant): void;
  /** A message of the origin of one. Says whether it is here. */
  on(message: Said<'run' | 'over' | 'request' | 'body' | 'credit' | 'abort' | 'resize'>): boolean;
  onWant(message: Said<'want'>): void;
  /** Says whether there is anything left to look after. */
  look(silenceMsOf: (node: string) => number): boolean;
  dropAll(): void;
}

export function createHostings({ nodeName: from, nowMs, post, wake }: Exchange): Hostings {
  const hostings = new Map<string, Hosting>();
  let toldMs = nowMs();

  /** Tells each origin what was sent to it, so that it notices what did not come. */
  function tellStill(): void {
    const byOrigin = new Map<string, [string, number][]>();
    for (const hosting of hostings.values()) {
      const { claim, origin } = hosting.guest;
      const frames = hosting.frames();
      if (frames === undefined) continue;
      const node = nodeOf(origin);
      byOrigin.set(node, [...(byOrigin.get(node) ?? []), [claim, frames]]);
    }
    for (const [node, list] of byOrigin) {
      for (let at = 0; at < list.length; at += CLAIMS_PER_MESSAGE_MAX) {
        const claims = Object.fromEntries(list.slice(at, at + CLAIMS_PER_MESSAGE_MAX));
        post(node, { kind: 'still', from, claims });
      }
    }
  }

  return {
    host(guest, grant) {
      if (hostings.size >= GUESTS_MAX) return grant.back();
      const node = nodeOf(guest.origin);
      const { claim } = guest;
      const ended = (): void => void hostings.delete(claim);
      const effects = { nowMs, post: (message: Message) => post(node, message), ended };
      hostings.set(claim, startHosting(from, guest, grant, effects));
      wake();
    },
    on(message) {
      const hosting = hostings.get(message.claim);
      hosting?.on(message);
      return hosting !== undefined;
    },
    onWant({ claims }) {
      for (const [claim, credit] of Object.entries(claims)) hostings.get(claim)?.wanted(credit);
    },
    look(silenceMsOf) {
      for (const hosting of hostings.values()) hosting.look(silenceMsOf(nodeOf(hosting.guest.origin)));
      if (nowMs() - toldMs >= STILL_MS) {
        toldMs = nowMs();
        tellStill();
      }
      return hostings.size > 0;
    },
    dropAll() {
      for (const hosting of hostings.values()) hosting.drop();
    },
  };
}
