import type { Clock } from '../../../telemetry/index.ts';

/** Addresses that are counted in one minute; wrong keys from others are beyond the limit at once. */
export const ADDRESSES_MAX = 10_000;

const WINDOW_MS = 60_000;

/** Counts wrong keys by where they come from. */
export interface KeyFailures {
  /** One more from there; says whether it is beyond the limit of this minute. */
  isBeyond(address: string): boolean;
}

/** Counts afresh in every minute, so it holds at most `ADDRESSES_MAX` short texts. */
export function createKeyFailures(perMinute: number, clock: Pick<Clock, 'nowMs'>): KeyFailures {
  let endsMs = Number.NEGATIVE_INFINITY;
  let counts = new Map<string, number>();
  return {
    isBeyond(address) {
      const nowMs = clock.nowMs();
      if (nowMs >= endsMs) {
        endsMs = nowMs + WINDOW_MS;
        counts = new Map();
      }
      const origin = originOf(address);
      const count = (counts.get(origin) ?? 0) + 1;
      if (count === 1 && counts.size >= ADDRESSES_MAX) return true;
      counts.set(origin, count);
      return count > perMinute;
    },
  };
}

/** Who has one IPv6 address has the other 2^64 of its network as well (RFC 4291 §2.5.1). */
function originOf(address: string): string {
  if (!address.includes(':') || address.startsWith('::ffff:')) return address;
  return networkGroups(address).join(':');
}

const GROUPS = 8;
const NETWORK_GROUPS = 4;

function networkGroups(address: string): string[] {
  const [left = [], right = []] = address.split('::').map((part) => part.split(':').filter((it) => it !== ''));
  const zeros = Array.from({ length: Math.max(GROUPS - left.length - right.length, 0) }, () => '0');
  return [...left, ...zeros, ...right].slice(0, NETWORK_GROUPS);
}
