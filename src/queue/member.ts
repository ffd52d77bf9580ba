import type { PlacedEntry } from './store.ts';
import { PRIORITIES, type Priority } from './ticket.ts';

/** ASCII unit separator: never part of a tenant's name; the id stands last and may hold anything. */
const SEPARATOR = '\x1F';
/** Wide enough for every safe integer, so that text order is number order. */
const ORDER_DIGITS = 16;

/** A priority as the first character of a member: text order is the order of service. */
export function rankOf(priority: Priority): string {
  return String(PRIORITIES.indexOf(priority));
}

/** A ticket as the sorted set keeps it: `rank order cost tenant id`. Equal to what `lua/machine.lua` writes. */
export function memberOf({ priority, order, costTokens, tenant, id }: PlacedEntry): string {
  const place = String(order).padStart(ORDER_DIGITS, '0');
  return [rankOf(priority), place, costTokens, tenant, id].join(SEPARATOR);
}
