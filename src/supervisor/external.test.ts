import { expect, test } from 'bun:test';
import { begun, createFleet } from './fleet.fixture.ts';
import { externalPlanOf, planOf } from './plan.fixture.ts';

const HOUR = 3_600_000;
test('an engine that somebody else runs is waited for without end, then used', async () => {
  const { clock, world, of, start } = createFleet(externalPlanOf('far-0'));
  await start();
  expect(of('far-0')).toMatchObject({ state: 'starting', phase: 'listening', pid: undefined, restartsLeft: undefined });
  await clock.advance(24 * HOUR);
  expect(of('far-0').state).toBe('starting');
  world.servers.start('far-0');
  await clock.advance(1_000);
  expect(of('far-0')).toMatchObject({ state: 'ready', kvCapacityTokens: 60_000 });
  expect([...world.open]).toEqual(['far-0']);
  expect(world.spawns).toEqual([]);
});

test('it is closed when it cannot be reached, says why, and is used again when it can', async () => {
  const { clock, world, of, supervisor, start } = createFleet(externalPlanOf('far-0'));
  world.servers.start('far-0');
  await start();
  world.servers.end('far-0');
  await clock.advance(100);
  expect([...world.open]).toEqual([]);
  expect(of('far-0')).toMatchObject({ state: 'starting', restarts: 1, lastExit: { cause: 'unreachable', code: null } });
  expect(supervisor.output('far-0').map((line) => line.text)).toContainEqual(
    expect.stringMatching(/^engine ended: unreachable; Nobody listened/),
  );
  world.servers.start('far-0');
  await clock.advance(1_000);
  expect(of('far-0').state).toBe('ready');
  expect(world.violations).toEqual([]);
});

test('it is never given up, however often it goes', async () => {
  const { clock, world, of, start } = createFleet(externalPlanOf('far-0'));
  await start();
  for (let time = 1; time <= 30; time += 1) {
    world.servers.start('far-0');
    await clock.advance(70_000);
    expect(of('far-0').state).toBe('ready');
    world.servers.end('far-0');
    await clock.advance(70_000);
    expect(of('far-0').state).toBe('starting');
  }
});

test('it is drained and stopped at once, and nobody waits for a card', async () => {
  const { clock, world, of, supervisor } = createFleet(externalPlanOf('far-0'), planOf('cpu-0', undefined));
  world.servers.start('far-0');
  await supervisor.start();
  await clock.advance(1_000);
  expect([of('far-0').state, of('cpu-0').state]).toEqual(['ready', 'starting']);
  const drain = begun(supervisor.drain('far-0'));
  await clock.advance(0);
  expect(drain.result).toEqual({ ok: true });
  await supervisor.resume('far-0');
  expect(supervisor.cards().flatMap(({ line }) => line)).toEqual([]);
  let isOver = false;
  void supervisor.stop(new AbortController().signal).then(() => (isOver = true));
  await clock.advance(20_000);
  expect(isOver).toBe(true);
});
