import { describe, expect, spyOn, test } from 'bun:test';
import { cardOf } from './card/run.ts';
import { createFleet } from './fleet.fixture.ts';
import { planOf } from './plan.fixture.ts';
import { CALM, CORE_SEEN_MS } from './world-engines.fixture.ts';

const heavy = planOf('heavy-0', 0);

describe('a core that dies', () => {
  test('takes its engine out of traffic before the leader follows, and brings the next one', async () => {
    const { clock, world, of, start } = createFleet(heavy);
    await start();
    world.loseCore('heavy-0');
    await clock.advance(CORE_SEEN_MS + CALM.dieMs + 50);
    expect([...world.open]).toEqual([]);
    expect(world.spawns).toHaveLength(2);
    await clock.advance(60_000);
    expect(of('heavy-0')).toMatchObject({ state: 'ready', restarts: 1, lastExit: { cause: 'engine_core_died' } });
    expect(of('heavy-0').lastExit?.advice).toContain('VLLM::EngineCor');
  });

  test('while it starts is left to its leader, who tells why', async () => {
    const { clock, world, of, supervisor } = createFleet(heavy);
    await supervisor.start();
    await clock.advance(5_000);
    world.loseCore('heavy-0');
    await clock.advance(1_000);
    expect(of('heavy-0').state).toBe('starting');
    await clock.advance(2_100);
    expect(of('heavy-0').restarts).toBe(1);
  });
});

describe('an ending is explained', () => {
  test('by what the kernel said since it began, and not before', async () => {
    const { clock, world, of, start } = createFleet(heavy);
    world.kernelLines.push('NVRM: Xid (PCI:0000:01:00): 31, of an hour ago');
    await start();
    world.crash('heavy-0', { code: 1, signal: null }, 'gone');
    await clock.advance(60_000);
    expect(of('heavy-0').lastExit?.cause).toBe('unknown');
    world.kernelLines.push('NVRM: Xid (PCI:0000:01:00): 31, pid=1005');
    world.loseCore('heavy-0');
    await clock.advance(60_000);
    expect(of('heavy-0').lastExit?.cause).toBe('cuda_fault');
  });

  test('with the numbers of its card, where they tell something', async () => {
    const { clock, world, of, start } = createFleet(heavy);
    await start();
    world.write('heavy-0', 'sign cuda_out_of_memory');
    world.crash('heavy-0', { code: 1, signal: null }, 'gone');
    await clock.advance(1_000);
    expect(of('heavy-0').lastExit?.advice).toMatch(/^look: \d+ MiB are free$/);
  });

  test('without a look at the card where it was asked for, or a signal says enough', async () => {
    const { clock, world, supervisor, start } = createFleet(heavy);
    await start();
    const looks = world.cards.looks.get(cardOf(0)) ?? 0;
    world.crash('heavy-0', { code: null, signal: 'SIGKILL' }, 'gone');
    await clock.advance(30_000);
    expect(world.cards.looks.get(cardOf(0))).toBe(looks + 1); // the proof of the next start
    world.write('heavy-0', 'sign cuda_out_of_memory');
    void supervisor.stop(new AbortController().signal);
    await clock.advance(10_000);
    expect(world.cards.looks.get(cardOf(0))).toBe(looks + 1);
  });
});

test('bug: a stop, or a restart, waits for no look at a card that hangs', async () => {
  const { clock, world, of, supervisor, start } = createFleet(heavy);
  await start();
  const hangs = spyOn(world.cards, 'read').mockImplementation(() => new Promise(() => {}));
  try {
    world.crash('heavy-0', { code: 1, signal: null }, 'gone');
    await clock.advance(1_000);
    expect(of('heavy-0').state).toBe('cleaning');
    void supervisor.restart('heavy-0', () => {});
    await clock.advance(10);
    expect(of('heavy-0')).toMatchObject({ state: 'waiting_for_card', lastExit: { cause: 'unknown' } });
  } finally {
    hangs.mockRestore();
  }
});

test('whoever runs on an engine is told how it ends: unasked, or of our own making', async () => {
  const { clock, world, supervisor, start } = createFleet(heavy);
  await start();
  world.inFlight.set('heavy-0', 3);
  world.crash('heavy-0', { code: 0, signal: null }, 'gone');
  await clock.advance(60_000);
  expect(world.ended).toEqual([['heavy-0', 'unasked']]);
  world.inFlight.set('heavy-0', 3);
  void supervisor.restart('heavy-0', () => {});
  await clock.advance(heavy.replica.restart.drainTimeoutMs);
  expect(world.ended.at(-1)).toEqual(['heavy-0', 'asked']);
  await clock.advance(60_000);
});

test('an ending that cannot be explained is one all the same: the engine comes back', async () => {
  const { clock, world, of, start } = createFleet(heavy);
  await start();
  const fails = (): never => {
    throw new Error('EMFILE: too many open files');
  };
  const explaining = spyOn(world.effects, 'classifyExit').mockImplementation(fails);
  try {
    world.crash('heavy-0', { code: 1, signal: null }, 'gone');
    await clock.advance(60_000);
  } finally {
    explaining.mockRestore();
  }
  expect(of('heavy-0')).toMatchObject({ state: 'ready', restarts: 1, lastExit: { cause: 'unknown', code: 1 } });
});

test('bug: a stranger on its port is not taken for the engine', async () => {
  const { clock, world, of, supervisor } = createFleet(planOf('heavy-0', 0, 'heavy', { port: 8001 }));
  world.ports.set(8001, { pid: 4242, name: 'nc' });
  await supervisor.start();
  await clock.advance(1_000);
  expect(world.spawns).toEqual([]);
  expect(of('heavy-0')).toMatchObject({
    state: 'backoff',
    restarts: 0,
    lastExit: {
      cause: 'address_in_use',
      advice: 'Port 8001 is held by nc (pid 4242); end it, or give heavy-0 another port.',
    },
  });
  world.ports.clear();
  await clock.advance(60_000);
  expect(of('heavy-0').state).toBe('ready');
});

test('a start shows how far its phase is', async () => {
  const { clock, world, of, supervisor } = createFleet(heavy);
  const shown: unknown[] = [];
  supervisor.onTransition(({ phase, progress }) => shown.push([phase, progress]));
  await supervisor.start();
  await clock.advance(1_000);
  world.write('heavy-0', 'phase loading 3 5');
  expect(of('heavy-0')).toMatchObject({ state: 'starting', phase: 'loading', progress: { done: 3, total: 5 } });
  expect(shown.at(-1)).toEqual(['loading', { done: 3, total: 5 }]);
});

test('what real requests met is heard by the life of now, and by nobody after it', async () => {
  const { world, supervisor, start } = createFleet(heavy);
  supervisor.heard('heavy-0', 'reset');
  await start();
  supervisor.heard('heavy-0', 'server_error');
  supervisor.heard('heavy-9', 'reset');
  expect(world.heard).toEqual([['heavy-0', 'server_error']]);
});

test('every transition is counted and kept with what it came of', async () => {
  const { clock, world, supervisor, start } = createFleet(heavy);
  await start();
  world.stall('heavy-0');
  await clock.advance(60_000);
  const history = supervisor.history('heavy-0');
  expect(history).toContainEqual(expect.objectContaining({ from: 'starting', to: 'warming', phase: 'loading' }));
  expect(history).toContainEqual(expect.objectContaining({ from: 'ready', to: 'cleaning', cause: 'stalled' }));
  expect(history).toContainEqual(expect.objectContaining({ from: 'cleaning', to: 'backoff', cause: 'stalled' }));
  const counted = await world.effects.metrics.replicaTransitions.get();
  const ready = counted.values.find(({ labels }) => labels.state === 'ready');
  expect(ready?.value).toBe(2);
});

test('a policy of its own outranks that of the fleet', async () => {
  const { restart } = heavy.replica;
  const own = planOf('heavy-0', 0, 'heavy', { restart: { ...restart, maxRestarts: 1 } });
  const { clock, world, of, start } = createFleet(own, planOf('heavy-1', 1));
  await start();
  for (let time = 1; time <= 2; time += 1) {
    world.crash('heavy-0', { code: 1, signal: null }, 'gone');
    world.crash('heavy-1', { code: 1, signal: null }, 'gone');
    await clock.advance(60_000);
  }
  expect([of('heavy-0').state, of('heavy-1').state]).toEqual(['failed', 'ready']);
});
