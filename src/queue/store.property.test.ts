import { afterAll, beforeAll, describe, expect, test } from 'bun:test';
import * as fc from 'fast-check';
import { auditPool } from './audit.ts';
import { breakOff, commitAt } from './fixtures/history/redis-pool.ts';
import { COME_AND_GO, histories, IN_ERROR, LONG_LINE, type Manner } from './fixtures/history/steps.ts';
import { tell, type Pool } from './fixtures/history/tell.ts';
import { propertyRuns } from './fixtures/property-runs.ts';
import { startRedis, type TestRedis } from './fixtures/redis-server.ts';
import { inspectMachine } from './inspect-memory.ts';
import { inspectRedis } from './inspect-redis.ts';
import { applyCommit, createMachine, type Machine } from './machine/index.ts';
import type { PoolState } from './pool-state.ts';

const POOL = 'heavy';
const LONG_MS = 300_000 * propertyRuns(1);
/** Where a history fails, the shortest found by then is told. */
const PATIENCE_MS = LONG_MS * 0.8;

/*
 * What must hold of the queue, and where it is seen to, as far as the store answers for it:
 *   a ticket is in one place, indexes agree with it   here, by the audit after each history
 *   one claim is current, a stale one finishes none   here, result by result; store.test.ts in words
 *   who was cancelled never runs                      here, checkCancelled
 *   a replica takes no more than it offered           here, checkRoom
 *   what fits is claimed, none starves or is held up  store.service.property.test.ts
 *   tenants and tiers share as they should            store.service.property.test.ts
 *   a tenant's tickets keep their order and place     here, checkTenantOrder; store.service.property.test.ts
 *   charges are conserved, no credit is stored        store.service.property.test.ts
 *   nothing is left after all has ended               store.service.property.test.ts, inspect-redis.test.ts
 *   one that leaves disturbs no other                 here: whoever is not named in a commit stays where it was
 */

let server: TestRedis;
beforeAll(async () => {
  server = await startRedis();
});
afterAll(() => server.remove());

/** Redis and its twin in memory, of one opinion about everything. `breaking`: a call before each breaks off half-way. */
function twins(breaking: boolean) {
  let nowUs = 0;
  let machine: Machine = createMachine(() => nowUs);
  const pool: Pool = {
    async commit(commit, atUs) {
      nowUs = atUs;
      if (breaking) await breakOff(server.client, POOL, commit, atUs);
      const reply = await commitAt(server.client, POOL, commit, atUs);
      expect(reply).toEqual(applyCommit(machine, commit));
      return reply;
    },
    async forget() {
      await server.client.flushall();
      machine = createMachine(() => nowUs);
    },
    async flushFunctions() {
      await server.client.function('FLUSH');
    },
  };
  return { pool, machine: () => machine };
}

/** Sets have no order; the two clocks are not compared. */
function comparable(state: PoolState): PoolState {
  const byText = <T>(all: readonly T[], text: (it: T) => string): T[] =>
    all.toSorted((one, other) => (text(one) < text(other) ? -1 : 1));
  return {
    ...state,
    nowUs: 0,
    claims: byText(state.claims, (it) => `${it.claim} ${it.life}`),
    lives: byText(state.lives, (it) => it.life),
    gone: state.gone.toSorted(),
  };
}

let transitions = 0;
let toldWell = 0;

async function agree(manner: Manner, runs: number, breaking = false): Promise<void> {
  const property = fc.asyncProperty(histories(manner), async (history) => {
    await server.client.flushall();
    const { pool, machine } = twins(breaking);
    const known = await tell(history, pool, manner);
    transitions += known.transitions;
    const state = await inspectRedis(server.client, POOL);
    expect(comparable(state)).toEqual(comparable(inspectMachine(machine())));
    if (manner.lawful) expect(auditPool(state)).toEqual([]);
  });
  const patience = { interruptAfterTimeLimit: PATIENCE_MS, markInterruptAsFailure: true };
  await fc.assert(property, { numRuns: propertyRuns(runs), ...patience });
  toldWell += 1;
}

describe('Redis answers as the machine in memory does, keeps the same, and nothing is wrong with that', () => {
  test('where nodes come and go', () => agree(COME_AND_GO, 700), LONG_MS);

  test('where nodes are wrong about what they hold', () => agree(IN_ERROR, 100), LONG_MS);

  test('where a line is long', () => agree(LONG_LINE, 60), LONG_MS);

  test('where a call before each broke off half-way', () => agree(COME_AND_GO, 100, true), LONG_MS);

  afterAll(() => {
    // Fewer tell of little: the histories have become too easy.
    if (toldWell === 4) expect(transitions).toBeGreaterThan(200_000 * Math.min(1, propertyRuns(100) / 100));
  });
});
