import { expect, spyOn, test } from 'bun:test';
import { cardOf } from './card/run.ts';
import { createFleet } from './fleet.fixture.ts';
import { planOf } from './plan.fixture.ts';
import { CARD_MIB } from './world-cards.fixture.ts';
import { CALM } from './world-engines.fixture.ts';

const heavy = planOf('heavy-0', 0);
const light = planOf('light-0', 0, 'light');
const stranger = { card: cardOf(0), pid: 77, name: 'python', mib: CARD_MIB - 1024 };

test('a start waits until the card has the memory of the life before back', async () => {
  const { clock, world, of, start } = createFleet(heavy, light);
  world.tempers.set('heavy-0', { ...CALM, keepMs: 20_000 });
  await start();
  world.crash('heavy-0', { code: 1, signal: null }, 'gone');
  await clock.advance(19_000);
  expect(of('heavy-0')).toMatchObject({ state: 'waiting_for_card', waitingFor: 'memory' });
  expect(world.spawns).toHaveLength(2);
  await clock.advance(2_000);
  expect(of('heavy-0').state).toBe('starting');
  expect(world.violations).toEqual([]);
});

test('memory that others hold keeps a replica from starting, says who, and is not counted against it', async () => {
  const { clock, world, of, supervisor, start } = createFleet(heavy);
  world.cards.holders.add(stranger);
  await start();
  await clock.advance(world.effects.cardWaitMs);
  expect(of('heavy-0')).toMatchObject({ restarts: 0, lastExit: { cause: 'no_card_memory', code: null } });
  expect(of('heavy-0').lastExit?.advice).toContain('python');
  await clock.advance(3_600_000);
  expect(of('heavy-0').state).not.toBe('failed');
  expect(world.spawns).toEqual([]);
  world.cards.holders.delete(stranger);
  await clock.advance(200_000);
  expect(of('heavy-0')).toMatchObject({ state: 'ready', restarts: 0 });
  expect(supervisor.history('heavy-0')).toContainEqual(
    expect.objectContaining({ from: 'waiting_for_card', to: 'backoff', cause: 'no_card_memory' }),
  );
});

test('what a start waits for is told', async () => {
  const { world, of, supervisor, clock } = createFleet(heavy, light);
  world.cards.holders.add(stranger);
  await supervisor.start();
  await clock.advance(1_000);
  expect([of('heavy-0').waitingFor, of('light-0').waitingFor]).toEqual(['memory', 'turn']);
  world.cards.holders.delete(stranger);
  await clock.advance(1_000);
  expect(of('heavy-0')).toMatchObject({ state: 'starting', waitingFor: undefined });
});

test('while one waits for memory its neighbour may start', async () => {
  const small = planOf('light-0', 0, 'light', { gpuMemoryUtilization: 0.02 });
  const { clock, world, of, start } = createFleet(heavy, small);
  world.cards.holders.add(stranger);
  await start();
  await clock.advance(world.effects.cardWaitMs);
  expect(of('light-0').state).toBe('ready');
  expect(of('heavy-0').state).not.toBe('ready');
});

test('a neighbour that crashes while memory is proven is waited for', async () => {
  const { clock, world, of, start } = createFleet(heavy, light);
  world.tempers.set('heavy-0', { ...CALM, keepMs: 10_000 });
  world.tempers.set('light-0', { ...CALM, dieMs: 30_000 });
  await start();
  world.crash('heavy-0', { code: 1, signal: null }, 'gone');
  await clock.advance(5_000);
  expect(of('heavy-0').state).toBe('waiting_for_card');
  world.crash('light-0', { code: 1, signal: null }, 'orphan');
  await clock.advance(20_000);
  expect(of('heavy-0').state).toBe('waiting_for_card');
  await clock.advance(120_000);
  expect([of('heavy-0').state, of('light-0').state]).toEqual(['ready', 'ready']);
  expect(world.violations).toEqual([]);
});

test('a stop does not wait for the proof', async () => {
  const { clock, world, of, supervisor } = createFleet(heavy);
  world.cards.holders.add(stranger);
  await supervisor.start();
  await clock.advance(1_000);
  let isOver = false;
  void supervisor.stop(new AbortController().signal).then(() => (isOver = true));
  await clock.advance(0);
  expect([isOver, of('heavy-0').state]).toEqual([true, 'stopped']);
  const looks = world.cards.looks.get(cardOf(0));
  await clock.advance(60_000);
  expect(world.cards.looks.get(cardOf(0))).toBe(looks);
});

test('a card that is lost is nothing a start could mend, and is tried again much later', async () => {
  const { clock, world, of, start } = createFleet(heavy);
  world.cards.troubles.set(cardOf(0), 'lost');
  await start();
  expect(of('heavy-0')).toMatchObject({ state: 'backoff', lastExit: { cause: 'card_lost' } });
  expect(world.spawns).toEqual([]);
  world.cards.troubles.clear();
  await clock.advance(400_000);
  expect(of('heavy-0').state).toBe('ready');
});

test('a card that cannot be read stops nobody, and is told once until it can be', async () => {
  const { clock, world, of, start } = createFleet(heavy);
  const warned = spyOn(world.effects.log, 'warn');
  const crash = async (): Promise<void> => {
    world.crash('heavy-0', { code: 0, signal: null }, 'gone');
    await clock.advance(60_000);
    expect(of('heavy-0').state).toBe('ready');
  };
  const told = (): number => warned.mock.calls.filter(([fields]) => JSON.stringify(fields).includes('because')).length;
  try {
    world.cards.troubles.set(cardOf(0), 'unreadable');
    await start();
    await crash();
    expect(told()).toBe(1);
    world.cards.troubles.clear();
    await crash();
    world.cards.troubles.set(cardOf(0), 'unreadable');
    await crash();
    expect(told()).toBe(2);
  } finally {
    warned.mockRestore();
  }
});

test('a replica without a card proves nothing', async () => {
  const { world, of, start } = createFleet(planOf('cpu-0', undefined));
  await start();
  expect(of('cpu-0').state).toBe('ready');
  expect(world.cards.looks.size).toBe(0);
});
