import { describe, expect, test } from 'bun:test';
import {
  capacity,
  claimsIn,
  createTimedMachine,
  finish,
  giveBack,
  grants,
  idsApart,
  idsInLine,
  refusals,
  world,
  type World,
} from '../fixtures/pool-world.ts';
import { NO_LIMITS, type Differing } from '../fixtures/tickets.ts';
import type { Guest } from '../relay/relay.ts';
import type { PoolEffect } from './event.ts';
import type { Hosted } from './held.ts';

/** Two nodes on one store: the origin `n` without replicas, the worker `m`. */
function pair(): { origin: World; worker: World } {
  const machine = createTimedMachine();
  return { origin: world(10, {}, machine), worker: world(10, { node: 'm' }, machine) };
}

const hosted = (effects: PoolEffect[]): Hosted[] => effects.flatMap((it) => (it.do === 'host' ? [it.hosted] : []));
const bids = (effects: PoolEffect[]) => effects.flatMap((it) => (it.do === 'bid' ? [it.bidding] : []));
const guestOf = ({ claim, alone, entry: { id, origin } }: Hosted): Guest => ({
  pool: 'heavy',
  claim,
  id,
  origin,
  replica: 'm/a',
  alone,
});
const asks = (guest: Guest) => ({ on: 'asked', guest, nowMs: 0 }) as const;

/** `k1` of the origin was claimed by the worker, which asks for it. */
function claimed(differing: Differing = {}): { origin: World; worker: World; guest: Guest } {
  const { origin, worker } = pair();
  worker.on({ on: 'open', replica: 'a', capacity });
  origin.acquire('k1', differing);
  origin.commit();
  const [guest] = hosted(worker.commit());
  if (guest === undefined) throw new Error('the worker claimed nothing');
  return { origin, worker, guest: guestOf(guest) };
}

describe('a worker', () => {
  test('keeps room for the guest that it has claimed, and gives it back when that ends', () => {
    const { worker, guest } = claimed();
    expect(worker.pool.replicas.get('a')).toMatchObject({ running: 1, usedTokens: 100 });
    worker.on({ on: 'guest_end', claim: guest.claim, outcome: 'completed', how: 'over', nowMs: 0 });
    worker.commit();
    expect(worker.pool.replicas.get('a')).toMatchObject({ running: 0, usedTokens: 0 });
    expect([idsInLine(worker.machine), claimsIn(worker.machine)]).toEqual([[], []]);
  });

  test('puts a guest back into the line that it cannot run', () => {
    const { worker, guest } = claimed();
    worker.on({ on: 'close', replica: 'a' });
    worker.on({ on: 'guest_end', claim: guest.claim, outcome: 'client_gone', how: 'back', nowMs: 0 });
    worker.commit();
    expect(idsInLine(worker.machine)).toEqual(['k1']);
  });

  test('pauses a replica whose engine failed a guest', () => {
    const { worker, guest } = claimed();
    const event = { on: 'guest_end', claim: guest.claim, outcome: 'engine_died', how: 'over', nowMs: 0 } as const;
    expect(worker.on(event).map((it) => it.do)).toEqual(['release', 'pause']);
  });

  test('restores its guests in its next life', () => {
    const { worker, guest } = claimed();
    worker.on({ on: 'lost', cause: 'test' });
    worker.connect('second');
    worker.commit();
    expect(claimsIn(worker.machine)).toContain(guest.claim);
  });
});

describe('an origin that is asked', () => {
  test('lets one claim run, and says so again', () => {
    const { origin, guest } = claimed();
    const effects = origin.on(asks(guest));
    expect(bids(effects)).toEqual(['run']);
    expect(grants(effects)).toMatchObject([{ ticket: { id: 'k1' }, replica: 'm/a', isRemote: true }]);
    expect(bids(origin.on(asks(guest)))).toEqual(['run']);
    expect(bids(origin.on(asks({ ...guest, claim: 'another' })))).toEqual(['drop']);
  });

  test('drops what has left, and what another life of it had in line', () => {
    const { origin, guest } = claimed();
    expect(bids(origin.on(asks({ ...guest, origin: 'n:earlier' })))).toEqual(['drop']);
    origin.on({ on: 'leave', id: 'k1' });
    expect(bids(origin.on(asks(guest)))).toEqual(['drop']);
  });

  test('before its admission is confirmed puts the ticket back itself, once it is', () => {
    const { origin, worker } = pair();
    worker.on({ on: 'open', replica: 'a', capacity });
    origin.acquire('k1');
    const reply = origin.answer();
    const [early] = hosted(worker.commit());
    if (early === undefined) throw new Error('the worker claimed nothing');
    expect(bids(origin.on(asks(guestOf(early))))).toEqual(['drop']);
    origin.on({ on: 'committed', reply, nowMs: 0 });
    origin.commit();
    expect(idsInLine(origin.machine)).toEqual(['k1']);
    expect(bids(origin.on(asks(guestOf(early))))).toEqual(['drop']);
  });

  test('keeps a suspect from a claim among others, and lets it run alone', () => {
    const { origin, worker } = pair();
    for (const id of ['s1', 's2']) {
      origin.on({ on: 'open', replica: 'own', capacity });
      origin.acquire(id, { fingerprint: () => 'stream' });
      origin.commit();
      origin.on(finish(id, 'engine_died'));
    }
    origin.on({ on: 'close', replica: 'own' });
    origin.acquire('s3', { fingerprint: () => 'stream' });
    origin.commit();
    worker.on({ on: 'open', replica: 'a', capacity });
    const [among] = hosted(worker.commit());
    if (among === undefined) throw new Error('the worker claimed nothing');
    expect(bids(origin.on(asks(guestOf(among))))).toEqual(['drop']);
    origin.commit();
    expect(idsApart(origin.machine)).toEqual(['s3']);
    const again = { ...guestOf(among), claim: 'that a dead worker gave back, and another took from the line' };
    expect(bids(origin.on(asks(again)))).toEqual(['drop']);
    origin.commit();
    expect(idsApart(origin.machine)).toEqual(['s3']);
    worker.on({ on: 'guest_end', claim: among.claim, outcome: 'client_gone', how: 'over', nowMs: 0 });
    const [alone] = hosted(worker.commit());
    if (alone === undefined) throw new Error('the worker claimed no suspect');
    expect(alone.alone).toBe(true);
    const effects = origin.on(asks(guestOf(alone)));
    expect(grants(effects)).toMatchObject([{ ticket: { id: 's3' }, alone: true }]);
    expect(origin.on(giveBack('s3', 0, 'engine_died')).map((it) => it.do)).toContain('quarantine');
  });
});

describe('a ticket that runs elsewhere', () => {
  const limits = { ...NO_LIMITS, weight: 2, tokensPerMinute: 1_000 };

  function running(): { origin: World; worker: World; guest: Guest } {
    const it = claimed({ limits });
    it.origin.on(asks(it.guest));
    return it;
  }

  /** The worker hears the origin's last word, and tells the store. */
  function hearsOf(worker: World, effects: PoolEffect[]): void {
    for (const it of effects) {
      if (it.do !== 'end_claim') continue;
      const { claim, outcome, account } = it;
      worker.on({ on: 'guest_end', claim, outcome, account, how: 'over', nowMs: 0 });
    }
    worker.commit();
  }

  test('is over for its worker when it ends; its tenant is charged what it used, and that is learnt', () => {
    const { origin, worker } = running();
    const { tiers, rate } = worker.machine;
    expect([tiers.default.idle.get('acme'), rate.get('acme')?.tokensUs]).toEqual([50, 6_000_001]);
    const used = { prompt: 80, completion: 30, cached: 20 };
    hearsOf(worker, origin.on({ on: 'finish', id: 'k1', outcome: 'completed', used, nowMs: 0 }));
    expect(claimsIn(worker.machine)).toEqual([]);
    expect([tiers.default.idle.get('acme'), rate.get('acme')?.tokensUs]).toEqual([60, 6_600_001]);
    for (const { pool } of [origin, worker]) {
      expect(pool.estimates.tenants.get('acme')).toMatchObject({ count: 1, promptRatio: 0.8, recent: [30] });
    }
  });

  test('holds as much room as it turns out to need, there and here', () => {
    const { origin, worker, guest } = running();
    const usedTokens = () => worker.pool.replicas.get('a')?.usedTokens;
    const uses = (prompt: number, completion: number) => {
      const effects = origin.on({ on: 'used', id: 'k1', used: { prompt, completion, cached: 0 } });
      for (const it of effects) {
        if (it.do === 'resize') worker.on({ on: 'guest_resized', claim: it.claim, tokens: it.tokens });
      }
      return effects.length;
    };
    const before = usedTokens();
    expect([uses(300, 10), usedTokens()]).toEqual([1, 310]);
    expect([uses(300, 10), usedTokens()]).toEqual([0, 310]); // nothing new, nothing said
    expect([uses(20, 10), usedTokens()]).toEqual([1, 30]);
    expect(before).toBe(100);
    worker.on({ on: 'guest_end', claim: guest.claim, outcome: 'completed', how: 'over', nowMs: 0 });
    expect(usedTokens()).toBe(0);
  });

  test('costs its tenant nothing where it is given back', () => {
    const { origin, worker } = running();
    hearsOf(worker, origin.on(giveBack('k1', 0, 'engine_error')));
    origin.commit();
    expect(worker.machine.tiers.default.flows.get('acme')).toBe(0);
    expect(claimsIn(worker.machine)).toEqual([]);
  });

  test('costs its tenant what was expected where its origin says nothing more', () => {
    const { worker, guest } = running();
    const hosting = worker.pool.guests.get(guest.claim);
    if (hosting) hosting.fingerprint = 'here';
    worker.on({ on: 'guest_end', claim: guest.claim, outcome: 'client_gone', how: 'over', nowMs: 0 });
    worker.commit();
    expect(worker.machine.tiers.default.idle.get('acme')).toBe(50);
  });

  test('waits again at its place when it is given back, whatever becomes of its worker', () => {
    const { origin, worker, guest } = running();
    origin.on(giveBack('k1', 0, 'connection_broke'));
    origin.commit();
    expect(idsInLine(origin.machine)).toEqual(['k1']);
    worker.on({ on: 'guest_end', claim: guest.claim, outcome: 'client_gone', how: 'back', nowMs: 0 });
    expect(hosted(worker.commit()).map(({ entry }) => entry.id)).toEqual(['k1']);
    expect(idsInLine(origin.machine)).toEqual([]); // one copy, not two
  });

  test('is not restored by its origin: it is its worker that runs it', () => {
    const { origin } = running();
    origin.on({ on: 'lost', cause: 'test' });
    origin.connect('second');
    expect(origin.pool.outbox.map((it) => it.type)).toEqual(['beat']);
  });

  test('was in the death of its engine where its end is told', () => {
    const { origin } = running();
    origin.on(giveBack('k1', 0, 'connection_broke'));
    origin.on({ on: 'end', replica: 'm/a', ending: 'unasked', nowMs: 100 });
    expect(origin.pool.memory.deaths.get('of k1')).toMatchObject({ count: 1 });
  });

  test('leaves no copy in line when it is bound a second time', () => {
    const { origin, worker, guest } = running();
    origin.on(giveBack('k1', 0, 'connection_broke'));
    origin.commit();
    worker.on({ on: 'guest_end', claim: guest.claim, outcome: 'connection_broke', how: 'over', nowMs: 0 });
    worker.on({ on: 'resume', replica: 'a' });
    origin.on({ on: 'open', replica: 'own', capacity });
    expect(grants(origin.commit())).toMatchObject([{ replica: 'own', attempt: 2 }]);
    expect([idsInLine(origin.machine), refusals(origin.on(finish('k1')))]).toEqual([[], []]);
  });
});
