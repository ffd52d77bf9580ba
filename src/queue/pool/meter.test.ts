import { expect, test } from 'bun:test';
import { createFakeClock } from '../../../test/support/fake-clock.ts';
import type { Measurement } from '../effects.ts';
import { world } from '../fixtures/pool-world.ts';
import { createMeter } from './meter.ts';

function metered() {
  const clock = createFakeClock();
  const { pool, on, acquire, commit } = world();
  on({ on: 'open', replica: 'a', capacity: { kvTokens: 1_000, sequencesMax: 8 } });
  const run = (id: string): void => {
    acquire(id);
    commit();
  };
  run('k1');
  const told: Measurement[] = [];
  const meter = createMeter(pool, 'a', { clock, measured: (_, it) => void told.push(it) });
  if (meter === undefined) throw new Error('somebody wants to know');
  return { clock, meter, told, run };
}

const used = { prompt: 7, completion: 30, cached: 0 };

test('an execution is told once, with its first byte, its whole time, what it used and the most that ran then', async () => {
  const { clock, meter, told, run } = metered();
  meter.sent();
  await clock.advance(40);
  meter.received();
  await clock.advance(60);
  meter.received();
  meter.used(used);
  run('k2');
  meter.ended('completed', undefined);
  meter.ended('client_gone', undefined);
  expect(told).toEqual([{ outcome: 'completed', load: 2, firstByteMs: 40, totalMs: 100, used }]);
});

test('a second attempt is told for itself; one that was never sent is not told', async () => {
  const { clock, meter, told } = metered();
  meter.ended('engine_unreached', undefined);
  expect(told).toEqual([]);
  meter.sent();
  await clock.advance(5);
  meter.ended('engine_died', undefined);
  expect(told).toMatchObject([{ outcome: 'engine_died', firstByteMs: undefined, totalMs: 5, used: undefined }]);
});

test('nothing is measured where nobody wants to know', () => {
  expect(createMeter(world().pool, 'a', { clock: createFakeClock() })).toBeUndefined();
});
