import { expect, test } from 'bun:test';
import * as fc from 'fast-check';
import { claimsIn } from '../fixtures/pool-world.ts';
import { propertyRuns } from '../fixtures/property-runs.ts';
import { ticketOf } from '../fixtures/tickets.ts';
import {
  answer,
  ask,
  deliver,
  endGuest,
  happen,
  join,
  nameFor,
  restart,
  send,
  twoNodes,
  type Node,
  type TwoNodes,
} from '../fixtures/two-nodes.ts';
import { PRIORITIES, type Failure } from '../ticket.ts';
import { commitDue } from './turn.ts';

const capacity = { kvTokens: 300, sequencesMax: 2 };

/** One thing that happens, at one of the nodes. `pick` stands for one of those that it may happen to then. */
type Action =
  | { readonly act: 'acquire'; readonly at: number; readonly costTokens: number; readonly priority: number }
  | { readonly act: 'give_back'; readonly at: number; readonly pick: number; readonly failure: Failure }
  | {
      readonly act:
        | 'leave'
        | 'finish'
        | 'cancel'
        | 'deliver' // a message arrives
        | 'lose' // or does not
        | 'ask_again'
        | 'forsake'; // a worker hears nothing of an origin, and lets its ticket go
      readonly at: number;
      readonly pick: number;
    }
  | {
      readonly act:
        | 'open'
        | 'close'
        | 'turn'
        | 'send'
        | 'answer'
        | 'unsent'
        | 'unheard'
        | 'join'
        | 'lapse'
        | 'restart'
        | 'pulse'
        | 'let_time_pass'; // longer than a lease
      readonly at: number;
    };

const pickFrom = <T>(from: Iterable<T>, pick: number): T | undefined => {
  const all = [...from];
  return all[pick % Math.max(1, all.length)];
};

function perform(all: TwoNodes, action: Action): void {
  const node = all.nodes[action.at % 2 === 0 ? 0 : 1];
  const { pool } = node;
  all.nowMs += 1;
  const { nowMs } = all;
  switch (action.act) {
    case 'acquire': {
      const id = nameFor(all);
      const { costTokens, priority } = action;
      node.asked.add(id);
      const ticket = ticketOf(id, { costTokens, priority: PRIORITIES[priority] ?? 'bulk', maxWaitMs: 1e9 });
      return void happen(all, node, { on: 'acquire', ticket, nowMs });
    }
    case 'leave':
    case 'cancel': {
      const id = pickFrom(pool.waiting.keys(), action.pick);
      return id === undefined ? undefined : void happen(all, node, { on: action.act, id });
    }
    case 'finish': {
      const id = pickFrom(pool.running.keys(), action.pick);
      return id === undefined ? undefined : void happen(all, node, { on: 'finish', id, outcome: 'completed', nowMs });
    }
    case 'give_back':
      return giveBack(all, node, pickFrom(pool.running.keys(), action.pick), action.failure);
    case 'deliver':
    case 'lose': {
      const message = pickFrom(all.messages, action.pick);
      all.messages = all.messages.filter((it) => it !== message);
      return message && action.act === 'deliver' ? deliver(all, message) : undefined;
    }
    case 'ask_again':
    case 'forsake': {
      const hosted = pickFrom(node.hosted.values(), action.pick);
      if (hosted === undefined) return undefined;
      if (action.act === 'ask_again') return ask(all, hosted.guest);
      return endGuest(all, node, hosted.guest.claim, hosted.runs ? 'over' : 'back');
    }
    case 'open':
    case 'close':
    case 'turn':
    case 'send':
    case 'answer':
    case 'unsent':
    case 'unheard':
    case 'join':
    case 'lapse':
    case 'restart':
    case 'pulse':
    case 'let_time_pass':
      return performStore(all, node, action.act);
  }
}

function performStore(
  all: TwoNodes,
  node: Node,
  act: Exclude<Action, { pick: number } | { costTokens: number }>['act'],
): void {
  const { nowMs } = all;
  switch (act) {
    case 'open':
      return void happen(all, node, { on: 'open', replica: 'a', capacity });
    case 'close':
      return void happen(all, node, { on: 'close', replica: 'a' });
    case 'turn':
      send(all, node);
      return answer(all, node, 'answered');
    case 'send':
      return node.wire === undefined ? send(all, node) : undefined;
    case 'answer':
      return answer(all, node, 'answered');
    case 'unsent':
    case 'unheard':
      return answer(all, node, act);
    case 'join':
      return join(all, node, 'shared');
    case 'lapse':
      if (node.pool.link !== 'up' || node.pool.home !== 'shared') return undefined;
      for (const claim of node.hosted.keys()) endGuest(all, node, claim, 'over');
      return void happen(all, node, { on: 'lapsed' });
    case 'restart':
      return restart(all, node);
    case 'pulse':
      return void happen(all, node, { on: 'pulse', nowMs });
    case 'let_time_pass':
      all.nowMs += 11_000;
  }
}

function giveBack(all: TwoNodes, node: Node, id: string | undefined, failure: Failure): void {
  if (id === undefined) return;
  node.asked.add(id);
  happen(all, node, { on: 'give_back', id, failure, nowMs: all.nowMs });
}

/** Both nodes are well from now on, and what went missing between them is noticed. */
function settle(all: TwoNodes): void {
  for (const node of all.nodes) {
    answer(all, node, 'answered');
    if (node.pool.link !== 'up' || node.pool.home !== 'shared') join(all, node, 'shared');
    happen(all, node, { on: 'open', replica: 'a', capacity });
  }
  for (let round = 0; round < 60; round += 1) {
    all.nowMs += 2_000;
    for (const node of all.nodes) {
      happen(all, node, { on: 'pulse', nowMs: all.nowMs });
      turns(all, node);
    }
    for (let message = all.messages.shift(); message; message = all.messages.shift()) deliver(all, message);
    for (const node of all.nodes) noticeSilence(all, node);
    for (const node of all.nodes) {
      for (const id of node.pool.running.keys())
        happen(all, node, { on: 'finish', id, outcome: 'completed', nowMs: all.nowMs });
    }
  }
}

function turns(all: TwoNodes, node: Node): void {
  for (let at = 0; at < 100 && commitDue(node.pool); at += 1) {
    send(all, node);
    answer(all, node, 'answered');
  }
}

/** As the relay does: each side learns when the other does not run, or does not want, what it takes for bound. */
function noticeSilence(all: TwoNodes, node: Node): void {
  const other = all.nodes[node === all.nodes[0] ? 1 : 0];
  for (const { guest, runs } of node.hosted.values()) {
    const isBound = other.pool.running.get(guest.id)?.claim === guest.claim;
    if (!runs) ask(all, guest);
    else if (!isBound) endGuest(all, node, guest.claim, 'over');
  }
  for (const running of node.pool.running.values()) {
    const isRun = other.hosted.get(running.claim)?.runs === true;
    if (running.isRemote && !isRun) giveBack(all, node, running.ticket.id, 'connection_broke');
  }
}

const at = fc.nat(1);
const action: fc.Arbitrary<Action> = fc.oneof(
  {
    weight: 8,
    arbitrary: fc.record({
      act: fc.constant('acquire'),
      at,
      costTokens: fc.integer({ min: 1, max: 400 }),
      priority: fc.nat(2),
    }),
  },
  {
    weight: 3,
    arbitrary: fc.record({
      act: fc.constant('give_back'),
      at,
      pick: fc.nat(20),
      failure: fc.constantFrom<Failure[]>('connection_broke', 'engine_unreached', 'engine_died'),
    }),
  },
  { weight: 5, arbitrary: fc.record({ act: fc.constantFrom('leave', 'finish', 'cancel'), at, pick: fc.nat(20) }) },
  { weight: 16, arbitrary: fc.record({ act: fc.constant('deliver'), at, pick: fc.nat(20) }) },
  { weight: 3, arbitrary: fc.record({ act: fc.constantFrom('lose', 'ask_again', 'forsake'), at, pick: fc.nat(20) }) },
  { weight: 4, arbitrary: fc.record({ act: fc.constant('open'), at }) },
  { weight: 24, arbitrary: fc.record({ act: fc.constantFrom('turn', 'send', 'answer'), at }) },
  { weight: 4, arbitrary: fc.record({ act: fc.constantFrom('unsent', 'unheard', 'join', 'close'), at }) },
  { weight: 4, arbitrary: fc.record({ act: fc.constantFrom('lapse', 'restart', 'pulse', 'let_time_pass'), at }) },
);

test('whatever two nodes and the wire between them go through, nothing waits for ever and nothing is left behind', () => {
  const property = fc.property(
    fc.array(action, { maxLength: 150, size: 'max' }),
    fc.boolean(),
    (actions, mayDegrade) => {
      const all = twoNodes(mayDegrade);
      for (const it of actions) perform(all, it);
      settle(all);
      const { machine, nodes } = all;
      for (const { pool, asked, hosted } of nodes) {
        expect([[...pool.waiting.keys()], [...pool.running.keys()], [...asked], [...hosted.keys()]]).toEqual([
          [],
          [],
          [],
          [],
        ]);
        expect(pool.replicas.get('a')).toMatchObject({ running: 0, usedTokens: 0 });
        expect(pool.guests.size).toBe(0);
      }
      expect([machine.line.length, machine.apart.length, claimsIn(machine).length]).toEqual([0, 0, 0]);
    },
  );
  fc.assert(property, { numRuns: propertyRuns(3_000), includeErrorInReport: true });
}, 60_000);
