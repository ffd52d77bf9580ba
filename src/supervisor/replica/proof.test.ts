import { expect, test } from 'bun:test';
import { createFakeClock } from '../../../test/support/fake-clock.ts';
import type { CardReading } from '../card/reading.ts';
import { createCards } from '../card/run.ts';
import { createFormerPids } from '../former-pids.ts';
import { planOf } from '../plan.fixture.ts';
import { CARD_MIB, createWorldCards } from '../world-cards.fixture.ts';
import { createWorld } from '../world.fixture.ts';
import { createProof } from './proof.ts';

test('the memory of a neighbour that crashed while the card was looked at is waited for', async () => {
  const clock = createFakeClock();
  const formerPids = createFormerPids();
  const worldCards = createWorldCards();
  const look = Promise.withResolvers<CardReading>();
  let looks = 0;
  const reader = { ...worldCards, read: (gpu: number) => (looks++ === 0 ? look.promise : worldCards.read(gpu)) };
  const effects = { ...createWorld(clock, () => 0).effects, cards: reader };
  let isProven = false;
  void createProof(planOf('heavy-0', 0), { effects, cards: createCards(), formerPids }).begin(() => (isProven = true));

  const holder = { card: 'gpu:0', pid: 77, name: 'light-0', mib: 1_000 };
  worldCards.holders.add(holder);
  formerPids.add('gpu:0', [77]); // it came and went while the first look was under way
  const processes = [{ pid: 77, name: 'light-0', usedMiB: 1_000 }];
  look.resolve({ is: 'read', totalMiB: CARD_MIB, freeMiB: CARD_MIB - 1_000, processes });
  await clock.advance(1_000);
  expect(isProven).toBe(false);

  worldCards.holders.delete(holder);
  await clock.advance(1_000);
  expect(isProven).toBe(true);
});

test.each(['unreadable', 'lost'] as const)(
  'bug: a pid that was in use before the card was %s, and is a stranger’s when it can be read again, hinders nobody',
  async (trouble) => {
    const clock = createFakeClock();
    const formerPids = createFormerPids();
    const world = createWorld(clock, () => 0);
    const proof = createProof(planOf('heavy-0', 0), { effects: world.effects, cards: createCards(), formerPids });
    formerPids.add('gpu:0', [77]);
    world.cards.troubles.set('gpu:0', trouble);
    void proof.begin(() => {});
    await clock.advance(1_000);

    world.cards.troubles.clear();
    world.cards.holders.add({ card: 'gpu:0', pid: 77, name: 'python', mib: 1_000 });
    let hindrance: unknown = 'no answer';
    void proof.begin((answer) => (hindrance = answer));
    await clock.advance(0);
    expect(hindrance).toBeUndefined();
  },
);
