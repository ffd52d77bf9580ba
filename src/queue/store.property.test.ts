import { afterAll, beforeAll, expect, test } from 'bun:test';
import * as fc from 'fast-check';
import { createMemoryStore } from './memory-store.ts';
import { createRedisStore } from './redis-store.ts';
import { keysOf } from './redis-script.ts';
import type { Commit, CommitReply, Offer, PlacedEntry, Store, Transition } from './store.ts';
import { propertyRuns } from './fixtures/property-runs.ts';
import { startRedis, type TestRedis } from './fixtures/redis-server.ts';
import { until } from '../../test/support/wait.ts';
import { PRIORITIES } from './ticket.ts';

const POOL = 'heavy';
const LONG_MS = 120_000;

/** A transition before its names are known: `pick` stands for one of all tickets or claims there ever were. */
type Intent =
  | { readonly type: 'admit'; readonly priority: number; readonly costTokens: number }
  | { readonly type: 'cancel' | 'finish' | 'give_back'; readonly pick: number }
  | { readonly type: 'restore_ticket' | 'restore_claim'; readonly pick: number }; // of a ticket the store knows no more

/** An offer before its exceptions are known: each pick stands for one of the tickets in line. */
type OfferIntent = Omit<Offer, 'exceptIds'> & { readonly exceptPicks: readonly number[] };

interface Turn {
  readonly intents: readonly Intent[];
  readonly offers: readonly OfferIntent[];
  readonly depthMax: number;
}

/** What a history knows: where every ticket is, worked out from the answers alone. */
interface Model {
  life: string;
  turns: number;
  readonly tickets: Map<string, PlacedEntry>;
  readonly claims: Map<string, { readonly id: string; readonly replica: string }>;
  readonly inLine: Set<string>;
  readonly running: Set<string>; // claims
  readonly cancelled: Set<string>;
}

interface Real {
  memory: Store;
  readonly redis: Store;
  readonly keys: readonly string[];
}

let server: TestRedis;
beforeAll(async () => {
  server = await startRedis();
});
afterAll(() => server.remove());

const both = async ({ memory, redis }: Real, commit: Commit): Promise<CommitReply> => {
  const reply = await redis.commit(POOL, commit);
  expect(reply).toEqual(await memory.commit(POOL, commit));
  return reply;
};

const pickFrom = (names: readonly string[], pick: number): string => names[pick % names.length] ?? 'never-there';

function nameIntents(model: Model, intents: readonly Intent[]): Transition[] {
  const gone = ticketsGone(model);
  return intents.flatMap((intent, at): Transition[] => {
    if (intent.type === 'admit') {
      const id = `t${model.turns}-${at}`;
      const priority = PRIORITIES[intent.priority] ?? 'default';
      return [{ type: 'admit', entry: { id, tenant: 'acme', priority, costTokens: intent.costTokens } }];
    }
    if (intent.type === 'cancel') return [{ type: 'cancel', id: pickFrom([...model.tickets.keys()], intent.pick) }];
    if (intent.type === 'finish' || intent.type === 'give_back') {
      return [{ type: intent.type, claim: pickFrom([...model.claims.keys()], intent.pick) }];
    }
    const [entry] = gone.splice(intent.pick % Math.max(1, gone.length), 1);
    if (entry === undefined) return [];
    if (intent.type === 'restore_ticket') return [{ type: intent.type, entry }];
    return [{ type: intent.type, claim: `alone${model.turns}-${at}`, replica: 'heavy-0', entry }];
  });
}

/** Tickets that have ended as far as the store knows: a suspect may come back, to run alone or among the others. */
function ticketsGone({ tickets, inLine, running, claims }: Model): PlacedEntry[] {
  const held = new Set([...inLine, ...[...running].map((it) => claims.get(it)?.id)]);
  return [...tickets.values()].filter(({ id }) => !held.has(id));
}

function nameOffers({ inLine }: Model, offers: readonly OfferIntent[]): Offer[] {
  const ids = [...inLine];
  return offers.map(({ exceptPicks, ...it }) => ({ ...it, exceptIds: exceptPicks.map((pick) => pickFrom(ids, pick)) }));
}

function learn(model: Model, { transitions }: Commit, reply: Extract<CommitReply, { type: 'committed' }>): void {
  for (const [at, it] of transitions.entries()) {
    const result = reply.results[at];
    if (it.type === 'admit' && result?.type === 'admitted') {
      model.tickets.set(it.entry.id, { ...it.entry, order: result.order });
      model.inLine.add(it.entry.id);
    }
    if (result?.type !== 'done') continue;
    if (it.type === 'cancel') {
      model.inLine.delete(it.id);
      model.cancelled.add(it.id);
    }
    if ('entry' in it) model.cancelled.delete(it.entry.id);
    if (it.type === 'restore_ticket') model.inLine.add(it.entry.id);
    if (it.type === 'restore_claim') {
      model.claims.set(it.claim, { id: it.entry.id, replica: it.replica });
      model.running.add(it.claim);
    }
    if (it.type === 'finish' || it.type === 'give_back') model.running.delete(it.claim);
    if (it.type === 'give_back') model.inLine.add(model.claims.get(it.claim)?.id ?? '');
  }
  for (const { claim, id, replica } of reply.claims) {
    expect(model.cancelled.has(id)).toBe(false);
    model.inLine.delete(id);
    model.running.add(claim);
    model.claims.set(claim, { id, replica });
  }
}

/** Every ticket in exactly one place, the index equal to the line, and Redis of the model's opinion. */
async function audit(model: Model, { keys }: Real): Promise<void> {
  const [line = '', ids = '', claims = ''] = keys;
  const members = await server.client.zrange(line, '0', '-1');
  const index = await server.client.hgetall(ids);
  expect(Object.values(index).toSorted()).toEqual(members.toSorted());
  expect(Object.keys(index).toSorted()).toEqual([...model.inLine].toSorted());
  expect((await server.client.hkeys(claims)).toSorted()).toEqual([...model.running].toSorted());
  const runningIds = [...model.running].map((it) => model.claims.get(it)?.id ?? '');
  expect(new Set([...model.inLine, ...runningIds]).size).toBe(model.inLine.size + model.running.size);
}

class TurnCommand implements fc.AsyncCommand<Model, Real> {
  readonly #turn: Turn;
  constructor(turn: Turn) {
    this.#turn = turn;
  }
  check = (): boolean => true;
  async run(model: Model, real: Real): Promise<void> {
    model.turns += 1;
    const { intents, depthMax } = this.#turn;
    const offers = nameOffers(model, this.#turn.offers);
    const claimBase = `c${model.turns}`;
    const commit = { life: model.life, claimBase, depthMax, offers, transitions: nameIntents(model, intents) };
    const reply = await both(real, commit);
    if (reply.type !== 'committed') throw new Error('the current life was refused');
    learn(model, commit, reply);
    await audit(model, real);
  }
  toString = (): string => `turn(${JSON.stringify(this.#turn)})`;
}

/** How a reconnection finds the store: as it was, or without its memory. */
type Found = 'as it was' | 'empty';

/** A reconnection: everything held is written back, besides what `forgets` says ended meanwhile. */
class RestoreCommand implements fc.AsyncCommand<Model, Real> {
  readonly #forgets: number;
  readonly #found: Found;
  constructor(forgets: number, found: Found) {
    this.#forgets = forgets;
    this.#found = found;
  }
  check = (): boolean => true;
  async run(model: Model, real: Real): Promise<void> {
    model.turns += 1;
    if (this.#found === 'empty') {
      real.memory = createMemoryStore();
      await server.client.unlink(...real.keys);
    }
    model.life = `life${model.turns}`;
    for (const held of [model.inLine, model.running]) {
      const forgotten = [...held].filter((_, at) => at % 3 === this.#forgets);
      for (const it of forgotten) held.delete(it);
    }
    const commit = { life: model.life, claimBase: '-', depthMax: 1, offers: [], transitions: this.#restoring(model) };
    const once = await both(real, commit);
    expect(await both(real, commit)).toEqual(once); // told twice is as good as once
    await audit(model, real);
  }
  #restoring({ inLine, running, claims, tickets }: Model): Transition[] {
    const entryOf = (id: string): PlacedEntry => {
      const entry = tickets.get(id);
      if (entry === undefined) throw new Error(`ticket ${id} was never admitted`);
      return entry;
    };
    const claimed = [...running].map((claim): Transition => {
      const { id, replica } = claims.get(claim) ?? { id: '', replica: '' };
      return { type: 'restore_claim', claim, replica, entry: entryOf(id) };
    });
    const waiting = [...inLine].map((id): Transition => ({ type: 'restore_ticket', entry: entryOf(id) }));
    return [{ type: 'reset' }, ...claimed, ...waiting];
  }
  toString = (): string => `restore(found ${this.#found}, without every third from ${this.#forgets})`;
}

/** A commit of a connection that is dead: it must change nothing. */
class LateCommand implements fc.AsyncCommand<Model, Real> {
  readonly #turn: Turn;
  constructor(turn: Turn) {
    this.#turn = turn;
  }
  check = (): boolean => true;
  async run(model: Model, real: Real): Promise<void> {
    const { intents, depthMax } = this.#turn;
    const offers = nameOffers(model, this.#turn.offers);
    const transitions = nameIntents(model, intents);
    const reply = await both(real, { life: 'an earlier one', claimBase: 'late', depthMax, offers, transitions });
    expect(reply).toEqual({ type: 'superseded' });
    await audit(model, real);
  }
  toString = (): string => `late(${JSON.stringify(this.#turn)})`;
}

class FlushScriptsCommand implements fc.AsyncCommand<Model, Real> {
  check = (): boolean => true;
  async run(): Promise<void> {
    await server.client.script('FLUSH');
  }
  toString = (): string => 'flush scripts';
}

const intent: fc.Arbitrary<Intent> = fc.oneof(
  {
    weight: 3,
    arbitrary: fc.record({
      type: fc.constant('admit'),
      priority: fc.nat(2),
      costTokens: fc.integer({ min: 1, max: 900 }),
    }),
  },
  { weight: 2, arbitrary: fc.record({ type: fc.constantFrom('cancel', 'finish', 'give_back'), pick: fc.nat(50) }) },
  { weight: 1, arbitrary: fc.record({ type: fc.constantFrom('restore_ticket', 'restore_claim'), pick: fc.nat(50) }) },
);
const offers: fc.Arbitrary<OfferIntent[]> = fc.uniqueArray(
  fc.record({
    replica: fc.constantFrom('heavy-0', 'heavy-1', 'heavy-2'),
    roomTokens: fc.integer({ min: -200, max: 1_500 }),
    roomSequences: fc.integer({ min: 1, max: 4 }),
    idle: fc.boolean(),
    exceptPicks: fc.array(fc.nat(9), { maxLength: 3 }),
  }),
  { selector: ({ replica }) => replica, maxLength: 3 },
);
const turn: fc.Arbitrary<Turn> = fc.record({
  intents: fc.array(intent, { maxLength: 8 }),
  offers,
  depthMax: fc.integer({ min: 1, max: 9 }),
});
const commands = fc.commands(
  [
    ...Array.from({ length: 6 }, () => turn.map((it) => new TurnCommand(it))),
    turn.map((it) => new LateCommand(it)),
    fc
      .tuple(fc.nat(3), fc.constantFrom<Found[]>('as it was', 'empty'))
      .map(([forgets, found]) => new RestoreCommand(forgets, found)), // 3: forgets nothing
    fc.constant(new FlushScriptsCommand()),
  ],
  { maxCommands: 60, size: 'max' },
);

test(
  'Redis answers every history as the machine in memory does, and each ticket is in one place',
  async () => {
    let histories = 0;
    const property = fc.asyncProperty(commands, async (history) => {
      histories += 1;
      const nodeId = `node${histories}`;
      const redis = createRedisStore({ unixSocketPath: server.socketPath }, nodeId);
      await connected(redis);
      const real = { memory: createMemoryStore(), redis, keys: keysOf(POOL, nodeId) };
      await both(real, { life: 'first', claimBase: '-', depthMax: 1, offers: [], transitions: [{ type: 'reset' }] });
      try {
        await fc.asyncModelRun(() => ({ model: emptyModel('first'), real }), history);
      } finally {
        await redis.close();
      }
    });
    await fc.assert(property, { numRuns: propertyRuns(250) });
  },
  LONG_MS,
);

function emptyModel(life: string): Model {
  const [inLine, running, cancelled] = [new Set<string>(), new Set<string>(), new Set<string>()];
  return { life, turns: 0, tickets: new Map(), claims: new Map(), inLine, running, cancelled };
}

async function connected(store: Store): Promise<void> {
  let isConnected = false;
  store.watch((link) => (isConnected = link.is === 'connected'));
  await until('the store is connected', () => isConnected);
}
