import { memberOf } from './member.ts';
import {
  CLAIMS_PER_COMMIT_MAX,
  type Claimed,
  type Commit,
  type CommitReply,
  type Entry,
  type Offer,
  type PlacedEntry,
  type Result,
  type Transition,
} from './store.ts';

/** One pool in memory: what `lua/machine.lua` keeps in Redis, under the same names. */
export interface Machine {
  /** In order of service. */
  readonly line: Placed[];
  readonly claims: Map<string, { readonly replica: string; readonly placed: Placed }>;
  order: number;
  life: string | undefined;
}

interface Placed {
  readonly member: string;
  readonly entry: PlacedEntry;
}

/** One commit under way: the room left and the claims made. */
interface Turn {
  readonly commit: Commit;
  readonly offers: Room[];
  readonly claims: Claimed[];
}

type Room = { -readonly [K in keyof Offer]: Offer[K] };

export function createMachine(): Machine {
  return { line: [], claims: new Map(), order: 0, life: undefined };
}

/** Applies a commit as `lua/commit.lua` does: same answers, same state. */
export function applyCommit(machine: Machine, commit: Commit): CommitReply {
  if (commit.transitions[0]?.type !== 'reset' && machine.life !== commit.life) return { type: 'superseded' };
  const turn: Turn = { commit, offers: commit.offers.map((it) => ({ ...it })), claims: [] };
  const results = commit.transitions.map((it) => apply(machine, turn, it));
  claim(machine, turn);
  return { type: 'committed', results, claims: turn.claims };
}

function apply(machine: Machine, turn: Turn, it: Transition): Result {
  switch (it.type) {
    case 'admit':
      return admit(machine, turn, it.entry);
    case 'cancel':
      return cancel(machine, it.id);
    case 'finish':
      return { type: machine.claims.delete(it.claim) ? 'done' : 'stale' };
    case 'give_back':
      return giveBack(machine, it.claim);
    case 'reset':
      return reset(machine, turn.commit.life);
    case 'restore_ticket':
      enterLine(machine, place(machine, it.entry));
      return { type: 'done' };
    case 'restore_claim':
      machine.claims.set(it.claim, { replica: it.replica, placed: place(machine, it.entry) });
      return { type: 'done' };
  }
}

function admit(machine: Machine, turn: Turn, entry: Entry): Result {
  if (machine.line.length >= turn.commit.depthMax) claim(machine, turn);
  if (machine.line.length >= turn.commit.depthMax) return { type: 'refused', depth: machine.line.length };
  const order = machine.order + 1;
  enterLine(machine, place(machine, { ...entry, order }));
  return { type: 'admitted', order };
}

function cancel(machine: Machine, id: string): Result {
  const at = machine.line.findIndex(({ entry }) => entry.id === id);
  if (at < 0) return { type: 'stale' };
  machine.line.splice(at, 1);
  return { type: 'done' };
}

function giveBack(machine: Machine, name: string): Result {
  const held = machine.claims.get(name);
  if (held === undefined) return { type: 'stale' };
  machine.claims.delete(name);
  enterLine(machine, held.placed);
  return { type: 'done' };
}

function reset(machine: Machine, life: string): Result {
  machine.line.length = 0;
  machine.claims.clear();
  machine.life = life;
  return { type: 'done' };
}

function claim({ line, claims }: Machine, turn: Turn): void {
  while (turn.claims.length < CLAIMS_PER_COMMIT_MAX) {
    const [head] = line;
    const room = head && roomFor(turn.offers, head.entry);
    if (head === undefined || room === undefined) return;
    room.roomTokens -= head.entry.costTokens;
    room.roomSequences -= 1;
    room.idle = false;
    line.shift();
    const name = `${turn.commit.claimBase}:${turn.claims.length + 1}`;
    claims.set(name, { replica: room.replica, placed: head });
    turn.claims.push({ claim: name, id: head.entry.id, replica: room.replica });
  }
}

/** Most room first; an idle replica takes a ticket of any size. */
function roomFor(offers: readonly Room[], { id, costTokens }: Entry): Room | undefined {
  return offers
    .filter((it) => it.roomSequences > 0 && (it.idle || it.roomTokens >= costTokens))
    .filter((it) => !it.exceptIds.includes(id))
    .reduce<Room | undefined>((best, it) => (best && best.roomTokens >= it.roomTokens ? best : it), undefined);
}

function place(machine: Machine, entry: PlacedEntry): Placed {
  machine.order = Math.max(machine.order, entry.order);
  return { member: memberOf(entry), entry };
}

/** By binary search; members of one pool are never equal. */
function enterLine({ line }: Machine, placed: Placed): void {
  let [from, to] = [0, line.length];
  while (from < to) {
    const middle = (from + to) >> 1;
    if ((line[middle]?.member ?? '') < placed.member) from = middle + 1;
    else to = middle;
  }
  line.splice(from, 0, placed);
}
