import { flowRangeOf, rankOf, tierRangeOf, type Held } from '../member.ts';
import { PRIORITIES, type Priority } from '../ticket.ts';
import { correctFlow, enterFlow, leaveFlow } from './flows.ts';
import { isCurrent } from './lives.ts';
import { deleteIn, placedOfMember, setIn, type Machine, type Placed } from './machine.ts';
import type { Turn } from './turn.ts';

/** A newcomer at the end of its flow. */
export function enterLine(turn: Turn, placed: Placed): void {
  putTicket(turn, placed, false, 0);
}

/** Out of wherever it waits. */
export function removeTicket(turn: Turn, placed: Placed): void {
  if (!leaveLine(turn, placed)) leaveApart(turn.machine, placed);
  deleteIn(turn.machine.ids, placed.entry.origin, placed.entry.id);
}

/** A ticket at its place or apart, and only there. `refund`: what it was charged for nothing. */
export function putTicket(turn: Turn, placed: Placed, isSuspect: boolean, refund: number): void {
  const { machine } = turn;
  const { priority, origin, id } = placed.entry;
  if (isSuspect) {
    leaveLine(turn, placed);
    enterApart(machine, placed);
  } else {
    leaveApart(machine, placed);
    const at = placeOf(machine.line, placed.member);
    if (machine.line[at]?.member !== placed.member) machine.line.splice(at, 0, placed);
    enterFlow(turn, machine.tiers[priority], placed.lane, refund);
  }
  turn.entered = true;
  setIn(machine.ids, origin, id, placed);
}

/** What a claim held goes back, unless nobody waits for it any more. One that waits already stays where its origin put it. */
export function takeBack(turn: Turn, { kind, member }: Held, isSuspect: boolean): void {
  const { machine } = turn;
  const placed = placedOfMember(member);
  const { origin, id, priority, charge } = placed.entry;
  if (!isCurrent(machine, origin)) return;
  const refund = kind === 'line' ? charge : 0;
  const stays = !isSuspect && machine.ids.get(origin)?.has(id) === true;
  if (!stays) putTicket(turn, placed, isSuspect || kind === 'alone', refund);
  else if (refund > 0) correctFlow(turn, machine.tiers[priority], placed.lane, -refund);
}

/** The first ticket of a lane and priority. */
export function firstOf({ line }: Machine, priority: Priority, lane: string): Placed | undefined {
  const [from, to] = flowRangeOf(rankOf(priority), lane);
  const first = line[placeOf(line, from)];
  return first !== undefined && first.member < to ? first : undefined;
}

/** How many tickets of a lane wait, of all tiers. */
export function countOf(machine: Machine, lane: string): number {
  return PRIORITIES.reduce((sum, it) => sum + countIn(machine, ...flowRangeOf(rankOf(it), lane)), 0);
}

/**
 * A guess at how many go first: its own lane's, as many of each other lane of its tier, and of the other tiers what
 * their shares make of that.
 */
export function aheadOf({ machine, commit }: Turn, { member, lane, entry }: Placed): number {
  const { priority } = entry;
  const { shares } = commit.policy;
  const own = countIn(machine, flowRangeOf(rankOf(priority), lane)[0], member);
  const others = machine.tiers[priority].flows.size - 1;
  const count = countIn(machine, ...tierRangeOf(rankOf(priority)));
  const inTier = own + Math.min(count - own - 1, own * others + Math.floor(others / 2));
  return PRIORITIES.filter((it) => it !== priority).reduce((sum, it) => {
    const share = Math.floor(((inTier + 1) * shares[it]) / shares[priority]);
    return sum + Math.min(countIn(machine, ...tierRangeOf(rankOf(it))), share);
  }, inTier);
}

function leaveLine(turn: Turn, { member, lane, entry }: Placed): boolean {
  const { line, tiers } = turn.machine;
  const at = placeOf(line, member);
  if (line[at]?.member !== member) return false;
  line.splice(at, 1);
  const { priority } = entry;
  if (firstOf(turn.machine, priority, lane) === undefined) leaveFlow(turn, tiers[priority], lane);
  return true;
}

function enterApart({ apart }: Machine, placed: Placed): void {
  if (apart.some((it) => it.member === placed.member)) return;
  const later = apart.findIndex((it) => isLater(it, placed));
  apart.splice(later < 0 ? apart.length : later, 0, placed);
}

function leaveApart({ apart }: Machine, { member }: Placed): void {
  const at = apart.findIndex((it) => it.member === member);
  if (at >= 0) apart.splice(at, 1);
}

function isLater(one: Placed, other: Placed): boolean {
  return one.entry.order > other.entry.order || (one.entry.order === other.entry.order && one.member > other.member);
}

function countIn({ line }: Machine, from: string, to: string): number {
  return placeOf(line, to) - placeOf(line, from);
}

/** Where a text stands or would stand, by binary search. */
function placeOf(line: readonly Placed[], text: string): number {
  let [from, to] = [0, line.length];
  while (from < to) {
    const middle = (from + to) >> 1;
    if ((line[middle]?.member ?? '') < text) from = middle + 1;
    else to = middle;
  }
  return from;
}
