import { expect, test } from 'bun:test';
import * as fc from 'fast-check';
import { reserveOf } from '../budget/reserve.ts';
import {
  claimsIn,
  createTimedMachine,
  idsApart,
  idsInLine,
  registerLife,
  settingOf,
  type TimedMachine,
} from '../fixtures/pool-world.ts';
import { propertyRuns } from '../fixtures/property-runs.ts';
import { ticketOf } from '../fixtures/tickets.ts';
import { applyCommit } from '../machine/index.ts';
import type { Ending } from '../queue.ts';
import type { Commit } from '../store.ts';
import { PRIORITIES, type Failure, type Outcome } from '../ticket.ts';
import type { PoolEffect, PoolEvent } from './event.ts';
import type { Running } from './held.ts';
import { createPool, type Home, type Pool, type Replica } from './pool.ts';
import { step } from './state.ts';
import { commitDue, takeCommit } from './turn.ts';

const CAPACITIES = {
  a: { kvTokens: 1_000, sequencesMax: 3 },
  b: { kvTokens: 600, sequencesMax: 5 },
};
const DEPTH_MAX = 6;

type Model = 'old' | 'new' | undefined;

/** One thing that happens. `pick` stands for one of those waiting or running then. */
type Action =
  | {
      readonly act: 'acquire';
      readonly costTokens: number;
      readonly priority: number;
      readonly body: number;
      readonly variant: Model;
    }
  | { readonly act: 'leave' | 'overdue'; readonly pick: number }
  | { readonly act: 'give_back'; readonly pick: number; readonly failure: Failure }
  | { readonly act: 'finish'; readonly pick: number; readonly outcome: Outcome }
  | { readonly act: 'open'; readonly replica: 'a' | 'b'; readonly model: Model; readonly share: number }
  | { readonly act: 'resize'; readonly replica: 'a' | 'b'; readonly share: number }
  | { readonly act: 'expect'; readonly models: readonly string[] }
  | { readonly act: 'close' | 'resume'; readonly replica: 'a' | 'b' }
  | { readonly act: 'end'; readonly replica: 'a' | 'b'; readonly ending: Ending }
  | { readonly act: 'send' | 'answer' | 'turn' } // a commit goes out; its answer comes in; both
  | { readonly act: 'lose_commit' | 'lose_answer' | 'delay_commit' | 'late_commit' } // the connection breaks; what was on it
  | { readonly act: 'pulse' | 'let_go' }
  | { readonly act: 'forget' } // the store loses its memory
  | { readonly act: 'connect' | 'connect_unheard' } // a life begins; `unheard`: the store has it, and its answer is lost
  | { readonly act: 'lapse' }; // nothing was heard for longer than a lease

/** A pool, its store, the wire between them, and what its callers were told. */
interface Simulation {
  readonly pool: Pool;
  readonly asked: Set<string>; // ids with a caller that has no answer
  readonly pauses: Set<string>; // replicas with a timer
  readonly deaths: Map<string, number>; // engine deaths that a ticket was in
  readonly condemned: Set<string>; // tickets that were alone in one
  readonly delayed: Commit[];
  machine: TimedMachine;
  /** Stands in while the shared one is away. */
  memory: TimedMachine;
  wire: { readonly commit: Commit; readonly to: TimedMachine } | undefined;
  names: number;
  nowMs: number;
}

/** Connected, one replica open. */
function begin(mayDegrade: boolean): Simulation {
  const parts = {
    asked: new Set<string>(),
    pauses: new Set<string>(),
    deaths: new Map<string, number>(),
    condemned: new Set<string>(),
    delayed: [],
    wire: undefined,
    names: 0,
    nowMs: 0,
  };
  const pool = createPool('heavy', settingOf(DEPTH_MAX, { quarantineMs: 40, clockZeroUnixMs: 0, mayDegrade }));
  const simulation = { pool, machine: createTimedMachine(), memory: createTimedMachine(), ...parts };
  for (const act of ['connect', 'turn'] as const) perform(simulation, { act });
  perform(simulation, { act: 'open', replica: 'a', model: 'old', share: 1 });
  return simulation;
}

const nameFor = (it: Simulation): string => `n${(it.names += 1)}`;
const pickFrom = <T>(from: Iterable<T>, pick: number): T | undefined => {
  const all = [...from];
  return all[pick % Math.max(1, all.length)];
};

function happen(it: Simulation, event: PoolEvent): void {
  for (const effect of step(it.pool, event)) observe(it, effect);
}

/** Each caller hears once; a grant never exceeds a replica's room, and never puts a suspect beside others. */
function observe(it: Simulation, effect: PoolEffect): void {
  if (effect.do === 'refuse') expect(it.asked.delete(effect.id)).toBe(true);
  if (effect.do === 'pause') it.pauses.add(effect.replica);
  if (effect.do === 'join') join(it, effect.home);
  if (effect.do !== 'grant') return;
  expect(it.asked.delete(effect.running.ticket.id)).toBe(true);
  observeRoom(it.pool, effect.running);
  observeSuspicion(it, effect.running);
}

/** A life begins, on the shared store or on an empty one in memory. */
function join(it: Simulation, home: Home): void {
  if (home === 'memory') it.memory = createTimedMachine();
  const life = `n:${nameFor(it)}`;
  const { nowMs } = it;
  const lives = registerLife(it.pool, life, home === 'memory' ? it.memory : it.machine);
  it.wire = undefined; // its answer counts no more
  happen(it, { on: 'connected', life, home, lives, sentAtMs: nowMs, nowMs });
}

/** Invariant 7: after two deaths alone, after one alone never; and nobody beside a suspect. */
function observeSuspicion({ pool, deaths, condemned }: Simulation, { ticket, claim, replica: name }: Running): void {
  const { id } = ticket;
  expect(condemned.has(id)).toBe(false);
  expect(pool.memory.quarantine.has(ticket.fingerprint())).toBe(false);
  if ((deaths.get(id) ?? 0) >= 2) expect(pool.aside).toEqual({ replica: name, claim });
  if (pool.aside?.replica !== name || pool.aside.claim === undefined) return; // kept free once what runs there has ended
  expect(pool.aside.claim).toBe(claim);
  expect(pool.replicas.get(name)?.running).toBe(1);
}

function observeRoom({ replicas, running }: Pool, started: Running): void {
  const { replica: name } = started;
  const replica = replicas.get(name);
  const granted = [...running.values()].filter(({ replica: other }) => other === name);
  const tokens = granted.reduce((sum, { cost }) => sum + cost.tokens, 0);
  expect(replica).toMatchObject({ open: true, paused: false, running: granted.length, usedTokens: tokens });
  const { ticket, variant, alone } = started;
  if (variant !== undefined && !alone) expect([replica?.model, ticket.variant]).toEqual([variant, variant]);
  const { kvTokens: budgetTokens, sequencesMax } = CAPACITIES[name === 'a' ? 'a' : 'b']; // of whatever share
  expect(granted.length).toBeLessThanOrEqual(sequencesMax);
  if (granted.length > 1) expect(tokens).toBeLessThanOrEqual(budgetTokens + reserveOf(budgetTokens));
}

function perform(it: Simulation, action: Action): void {
  const { pool } = it;
  it.nowMs += 1;
  switch (action.act) {
    case 'acquire':
      return acquire(it, action);
    case 'leave':
    case 'overdue': {
      const id = pickFrom(pool.waiting.keys(), action.pick);
      return id === undefined ? undefined : happen(it, { on: action.act, id, nowMs: it.nowMs });
    }
    case 'finish':
    case 'give_back': {
      const id = pickFrom(pool.running.keys(), action.pick);
      if (id === undefined) return undefined;
      if (action.act === 'finish') return happen(it, { on: 'finish', id, outcome: action.outcome, nowMs: it.nowMs });
      it.asked.add(id);
      if (isDeath(it, id, action.failure)) die(it, id);
      return happen(it, { on: 'give_back', id, failure: action.failure, nowMs: it.nowMs });
    }
    case 'open': {
      const { model, share } = action;
      return happen(it, {
        on: 'open',
        replica: action.replica,
        capacity: { ...CAPACITIES[action.replica], model, share },
      });
    }
    case 'resize':
      return happen(it, {
        on: 'resize',
        replica: action.replica,
        capacity: { ...CAPACITIES[action.replica], share: action.share },
      });
    case 'expect':
      return happen(it, { on: 'expect', models: action.models });
    case 'close':
      return happen(it, { on: 'close', replica: action.replica });
    case 'end':
      happen(it, { on: 'close', replica: action.replica });
      return happen(it, { on: 'end', replica: action.replica, ending: action.ending, nowMs: it.nowMs });
    case 'resume':
      return resume(it, action.replica);
    case 'pulse':
      return happen(it, { on: 'pulse', nowMs: it.nowMs });
    case 'let_go':
      return happen(it, { on: 'let_go', fingerprint: 'all' });
    case 'forget':
      it.machine = createTimedMachine();
      return undefined;
    case 'connect':
      return join(it, 'shared');
    case 'connect_unheard':
      return void registerLife(pool, `n:${nameFor(it)}`, it.machine);
    case 'lapse':
      return pool.home === 'shared' && pool.link === 'up' ? happen(it, { on: 'lapsed' }) : undefined;
    case 'turn':
      onTheWire(it, 'send');
      return onTheWire(it, 'answer');
    case 'send':
    case 'answer':
    case 'lose_commit':
    case 'lose_answer':
    case 'delay_commit':
    case 'late_commit':
      return onTheWire(it, action.act);
  }
}

/** By the engine's own word or by that of its end, which may be our doing. */
function isDeath({ pool }: Simulation, id: string, failure: Failure): boolean {
  const ending = pool.running.get(id)?.ending;
  return failure === 'engine_died' ? ending !== 'asked' : failure === 'connection_broke' && ending === 'unasked';
}

function die({ pool, deaths, condemned }: Simulation, id: string): void {
  deaths.set(id, (deaths.get(id) ?? 0) + 1);
  if (pool.running.get(id)?.alone === true) condemned.add(id);
}

/** The timer of a pause fires, if there is one. */
function resume(it: Simulation, name: string): void {
  if (it.pauses.delete(name)) happen(it, { on: 'resume', replica: name });
}

function acquire(it: Simulation, { costTokens, priority, body, variant }: Extract<Action, { act: 'acquire' }>): void {
  const id = nameFor(it);
  const fingerprint = (): string => `body ${body}`;
  const ticket = ticketOf(id, {
    priority: PRIORITIES[priority] ?? 'default',
    costTokens,
    maxWaitMs: 1_000,
    fingerprint,
    variant,
  });
  it.asked.add(id);
  happen(it, { on: 'acquire', ticket, nowMs: it.nowMs });
}

function onTheWire(
  it: Simulation,
  act: 'send' | 'answer' | 'lose_commit' | 'lose_answer' | 'delay_commit' | 'late_commit',
): void {
  const { pool } = it;
  const isShared = pool.home === 'shared';
  if (act === 'send' && commitDue(pool)) {
    it.wire = { commit: takeCommit(pool, it.nowMs), to: isShared ? it.machine : it.memory };
  }
  if (act === 'late_commit') {
    const late = it.delayed.shift();
    if (late) applyCommit(it.machine, late);
  }
  if (act === 'lose_commit' && it.wire === undefined) return happen(it, { on: 'lost', cause: act });
  if (it.wire === undefined || act === 'send' || act === 'late_commit') return undefined;
  const { commit, to } = it.wire;
  it.wire = undefined;
  const reply =
    act === 'answer' || act === 'lose_answer' ? applyCommit(to === it.memory ? to : it.machine, commit) : undefined;
  if (act === 'answer' && reply) return happen(it, { on: 'committed', reply, nowMs: it.nowMs });
  if (act === 'delay_commit' && isShared) it.delayed.push(commit);
  return happen(it, { on: 'lost', cause: act });
}

const isUp = ({ link, home }: Pool): boolean => link === 'up' && home === 'shared';

/** The store is back for good, pauses are over, so is the wait for an end or another replica, and all on the wire arrives. */
function quiesce(it: Simulation): void {
  it.nowMs += 30_000;
  while (it.delayed.length > 0) onTheWire(it, 'late_commit');
  for (const name of it.pauses) resume(it, name);
  for (let pulses = 0; pulses < 2; pulses += 1) {
    happen(it, { on: 'pulse', nowMs: it.nowMs });
    comeToRest(it);
  }
}

function comeToRest(it: Simulation): void {
  for (let rounds = 0; it.wire !== undefined || commitDue(it.pool) || !isUp(it.pool); rounds += 1) {
    if (rounds > 1_000) throw new Error('the pool never comes to rest');
    if (it.pool.link === 'down' || it.pool.home === 'memory') join(it, 'shared');
    onTheWire(it, 'send');
    onTheWire(it, 'answer');
  }
}

/** The store holds what this node holds, and nothing that could run waits. */
function expectAgreement({ pool, machine, asked }: Simulation): void {
  const inLine = idsInLine(machine);
  expect(idsApart(machine).toSorted()).toEqual([...pool.suspects.keys()].toSorted());
  expect([...inLine, ...pool.suspects.keys()].toSorted()).toEqual([...pool.waiting.keys()].toSorted());
  expect(claimsIn(machine).toSorted()).toEqual([...pool.running.values()].map((it) => it.claim).toSorted());
  expect([...asked].toSorted()).toEqual([...pool.waiting.keys()].toSorted());
  const open = [...pool.replicas].filter(([, it]) => it.open);
  const inLineOf = Map.groupBy(inLine, (id) => pool.waiting.get(id)?.variant);
  for (const [variant, ids] of inLineOf) {
    const isOf = (it: Replica): boolean => variant === undefined || it.model === variant;
    expectNoneIdle(
      open.filter(([name, it]) => name !== pool.aside?.replica && isOf(it)),
      ids,
    );
    if (variant !== undefined) expect([...pool.variants]).toContain(variant);
  }
  expect(machine.line.map(({ entry }) => entry.variant)).toEqual(inLine.map((id) => pool.waiting.get(id)?.variant));
  if (pool.aside?.claim === undefined) expectNoneIdle(open, [...pool.suspects.keys()]);
  const returned = [...pool.replicas.values()].flatMap((it) => [...it.returned.keys()]);
  expect(returned.filter((id) => !pool.waiting.has(id))).toEqual([]);
}

/** Where somebody waits, no replica that may take the first of them is without work. */
function expectNoneIdle(open: readonly [string, Replica][], [first]: readonly string[]): void {
  if (first === undefined) return;
  const mayTake = (it: Replica): boolean =>
    open.every(([, other]) => other === it || other.returned.has(first)) || !it.returned.has(first);
  expect(open.some(([, it]) => it.running === 0 && mayTake(it))).toBe(false);
}

const replica = fc.constantFrom('a', 'b');
const model = fc.constantFrom<Model[]>(undefined, 'old', 'new');
const action: fc.Arbitrary<Action> = fc.oneof(
  {
    weight: 8,
    arbitrary: fc.record({
      act: fc.constant('acquire'),
      costTokens: fc.integer({ min: 1, max: 1_300 }),
      priority: fc.nat(2),
      body: fc.nat(9),
      variant: model,
    }),
  },
  {
    weight: 3,
    arbitrary: fc.record({ act: fc.constantFrom('leave', 'overdue'), pick: fc.nat(20) }),
  },
  {
    weight: 9,
    arbitrary: fc.record({
      act: fc.constant('give_back'),
      pick: fc.nat(20),
      failure: fc.constantFrom<Failure[]>('engine_died', 'connection_broke', 'engine_unreached', 'engine_error'),
    }),
  },
  { weight: 1, arbitrary: fc.record({ act: fc.constantFrom('pulse', 'let_go') }) },
  {
    weight: 3,
    arbitrary: fc.record({
      act: fc.constant('finish'),
      pick: fc.nat(20),
      outcome: fc.constantFrom<Outcome[]>('completed', 'client_gone', 'engine_died', 'connection_broke'),
    }),
  },
  { weight: 2, arbitrary: fc.record({ act: fc.constant('resume'), replica }) },
  { weight: 3, arbitrary: fc.record({ act: fc.constant('open'), replica, model, share: fc.constantFrom(1, 1, 0.25) }) },
  { weight: 1, arbitrary: fc.record({ act: fc.constant('resize'), replica, share: fc.constantFrom(1, 0.25) }) },
  { weight: 1, arbitrary: fc.record({ act: fc.constant('expect'), models: fc.subarray(['old', 'new', 'next']) }) },
  { weight: 1, arbitrary: fc.record({ act: fc.constant('close'), replica }) },
  {
    weight: 2,
    arbitrary: fc.record({
      act: fc.constant('end'),
      replica,
      ending: fc.constantFrom<Ending[]>('asked', 'unasked'),
    }),
  },
  { weight: 20, arbitrary: fc.record({ act: fc.constantFrom('send', 'answer', 'turn') }) },
  {
    weight: 2,
    arbitrary: fc.record({ act: fc.constantFrom('lose_commit', 'lose_answer', 'delay_commit', 'late_commit') }),
  },
  { weight: 1, arbitrary: fc.constant({ act: 'forget' } as const) },
  { weight: 8, arbitrary: fc.constant({ act: 'connect' } as const) },
  { weight: 1, arbitrary: fc.record({ act: fc.constantFrom('connect_unheard', 'lapse') }) },
);

test('whatever breaks and in whatever order, each caller hears once and node and store agree in the end', () => {
  const property = fc.property(
    fc.array(action, { maxLength: 120, size: 'max' }),
    fc.boolean(),
    (actions, mayDegrade) => {
      const simulation = begin(mayDegrade);
      for (const it of actions) perform(simulation, it);
      quiesce(simulation);
      expectAgreement(simulation);
    },
  );
  fc.assert(property, { numRuns: propertyRuns(20_000), includeErrorInReport: true });
}, 60_000);

test('when all have left or finished, nothing is left behind', () => {
  const property = fc.property(
    fc.array(action, { maxLength: 80, size: 'max' }),
    fc.boolean(),
    (actions, mayDegrade) => {
      const simulation = begin(mayDegrade);
      for (const it of actions) perform(simulation, it);
      const { pool } = simulation;
      for (const id of pool.waiting.keys()) happen(simulation, { on: 'leave', id });
      for (const id of pool.running.keys())
        happen(simulation, { on: 'finish', id, outcome: 'completed', nowMs: simulation.nowMs });
      quiesce(simulation);
      expect(pool.suspects.size).toBe(0);
      expect(pool.aside).toBeUndefined();
      expect(simulation.machine.line).toEqual([]);
      expect(claimsIn(simulation.machine)).toEqual([]);
      expect(
        [...pool.replicas.values()]
          .map(({ running, usedTokens }) => [running, usedTokens])
          .flat()
          .every((it) => it === 0),
      ).toBe(true);
      expect(simulation.asked.size).toBe(0);
    },
  );
  fc.assert(property, { numRuns: propertyRuns(10_000), includeErrorInReport: true });
}, 60_000);
