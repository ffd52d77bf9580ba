import type { ClaimKind, PlacedEntry } from './store.ts';
import { PRIORITIES, type Priority } from './ticket.ts';

/** ASCII unit separator: never part of a tenant, an address or a life; the id stands last and may hold anything. */
const SEPARATOR = '\x1F';
/** The character after the separator: what a flow's members are all below. */
const AFTER_SEPARATOR = '\x20';
/** ASCII record separator: between a tenant and a variant, in neither of which it stands. */
const LANE_SEPARATOR = '\x1E';
/** Wide enough for every safe integer, so that text order is number order. */
const ORDER_DIGITS = 16;
/** Of a ticket whose id has no separator in it. */
const FIELDS = 8;

/** What a worker runs, as its hash of claims keeps it. */
export interface Held {
  readonly kind: ClaimKind;
  readonly replica: string;
  readonly member: string;
}

/** A priority as the first character of a member. */
export function rankOf(priority: Priority): string {
  return String(PRIORITIES.indexOf(priority));
}

/** The line within a priority that a ticket stands in: its tenant's, or for a variant one beside it. */
export function laneOf({ tenant, variant }: Pick<PlacedEntry, 'tenant' | 'variant'>): string {
  return variant === undefined ? tenant : tenant + LANE_SEPARATOR + variant;
}

/** The variant of a line's tickets. */
export function variantOf(lane: string): string | undefined {
  const at = lane.indexOf(LANE_SEPARATOR);
  return at < 0 ? undefined : lane.slice(at + 1);
}

/** A ticket as the sorted sets keep it: `rank lane order cost charge prefer origin id`. */
export function memberOf(entry: PlacedEntry): string {
  const { priority, order, costTokens, charge, prefer, origin, id } = entry;
  const place = String(order).padStart(ORDER_DIGITS, '0');
  return [rankOf(priority), laneOf(entry), place, costTokens, charge, prefer, origin, id].join(SEPARATOR);
}

/** Reads what `memberOf` wrote. Throws on any other text. */
export function entryOf(member: string): PlacedEntry {
  const fields = member.split(SEPARATOR);
  const [rank, lane, order, costTokens, charge, prefer, origin, first] = fields;
  const priority = PRIORITIES[Number(rank)];
  if (
    priority === undefined ||
    lane === undefined ||
    prefer === undefined ||
    origin === undefined ||
    first === undefined
  ) {
    throw new Error(`not a ticket of this queue: ${JSON.stringify(member)}; is it another program's key?`);
  }
  const entry = {
    id: fields.length === FIELDS ? first : fields.slice(FIELDS - 1).join(SEPARATOR),
    tenant: lane,
    priority,
    costTokens: Number(costTokens),
    charge: Number(charge),
    prefer,
    order: Number(order),
    origin,
  };
  const variant = variantOf(lane);
  return variant === undefined ? entry : { ...entry, tenant: lane.slice(0, -variant.length - 1), variant };
}

/** Whether a member, or a claim that holds one, is of this ticket. */
export function endsWithId(text: string, id: string): boolean {
  return text.endsWith(SEPARATOR + id);
}

/** All members of one lane and priority are from the first text up to, without, the second. */
export function flowRangeOf(rank: string, lane: string): readonly [from: string, to: string] {
  const flow = rank + SEPARATOR + lane;
  return [flow + SEPARATOR, flow + AFTER_SEPARATOR];
}

/** All members of one priority, likewise. */
export function tierRangeOf(rank: string): readonly [from: string, to: string] {
  return [rank + SEPARATOR, rank + AFTER_SEPARATOR];
}

/** A claim as `claims:LIFE` keeps it, and as the library answers it: `kind replica member`. */
export function heldText({ kind, replica, member }: Held): string {
  return [kind, replica, member].join(SEPARATOR);
}

/** Reads what `heldText` wrote. Throws on any other text. */
export function readHeld(text: string): Held {
  const kindEnd = text.indexOf(SEPARATOR);
  const replicaEnd = text.indexOf(SEPARATOR, kindEnd + 1);
  const kind = text.slice(0, kindEnd);
  if (replicaEnd < 0 || (kind !== 'line' && kind !== 'direct' && kind !== 'alone')) {
    throw new Error(`not a claim of this queue: ${JSON.stringify(text)}; is it another program's key?`);
  }
  return { kind, replica: text.slice(kindEnd + 1, replicaEnd), member: text.slice(replicaEnd + 1) };
}
