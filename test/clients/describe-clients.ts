import { afterAll, beforeAll, describe, expect, test } from 'bun:test';
import type { TestNode } from '../support/node.ts';
import { until } from '../support/wait.ts';
import { CLIENTS, type Client, type Need } from './clients.ts';
import { converse, type Access, type Conversation } from './conversation.ts';
import { poolCounters } from './engines.ts';

/** Where clients are tried. */
export interface Place {
  node(): TestNode;
  access(): Promise<Access>;
  /** What is to be had here; a case that needs more is not run. */
  readonly offers: ReadonlySet<Need>;
  /** Prepares what a case needs; answers what ends it. */
  prepare(need: Need): Promise<() => Promise<void>>;
}

/** What a request asks for that nobody waits for: an engine that goes on gets there. */
const ASKED_TOKENS = 1800;
/** `cancel_many` leaves so many of them at once, of which an engine runs eight; the other cases one. */
const MANY = 12;
/** Real engines on a few cores may keep a client's process from running until they are through. */
const LATE_MAX = 2;

/** Each client's cases, in one process of it. */
export function describeClients(place: Place): void {
  describe.each(CLIENTS.map((it) => [it.name, it] as const))('%s', (_, client) => describeClient(client, place));
}

function describeClient(client: Client, place: Place): void {
  let conversation: Conversation;
  beforeAll(async () => {
    conversation = converse(client, await place.access());
  });
  afterAll(() => conversation[Symbol.asyncDispose]());

  for (const [name, needs] of Object.entries(client.cases)) {
    if (!needs.every((it) => place.offers.has(it))) continue;
    const options = needs.includes('engine_stops') ? { retry: LATE_MAX } : {};
    test(name, () => runCase(name, needs), options);
  }

  async function runCase(name: string, needs: readonly Need[]): Promise<void> {
    const ends = await Promise.all(needs.map((need) => place.prepare(need)));
    const before = await poolCounters(place.node(), 'heavy');
    const failure = await conversation.run(name);
    for (const end of ends) await end();
    expect(failure).toBeNull();
    if (needs.includes('engine_stops'))
      await stopsEarly(place.node(), before.generatedTokens, name === 'cancel_many' ? MANY : 1);
  }
}

/** Only the engines' own counters tell that they do not go on for a client that left. */
async function stopsEarly(node: TestNode, generatedBefore: number, requests: number): Promise<void> {
  let generatedTokens = 0;
  await until('the engines run nothing', async () => {
    const now = await poolCounters(node, 'heavy');
    generatedTokens = now.generatedTokens - generatedBefore;
    return now.running === 0 && generatedTokens > 0;
  });
  expect(generatedTokens).toBeLessThan(requests * ASKED_TOKENS);
}
