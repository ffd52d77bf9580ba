import { expect, test } from 'bun:test';
import { createFakeClock } from '../../../test/support/fake-clock.ts';
import { createMetrics, silentLog } from '../../telemetry/index.ts';
import { limitConnections } from './connection-limit.ts';
import { maxIn } from './descriptors.ts';

function scene(max: number, descriptorsMax = 100_000) {
  const clock = createFakeClock();
  const metrics = createMetrics();
  const now = { open: 0, closes: 0 };
  const limit = limitConnections(max, {
    clock,
    log: silentLog,
    metrics,
    openDescriptors: () => now.open,
    descriptorsMax,
    closeIdle: () => (now.closes += 1),
  });
  /** A second with so many open. */
  const second = async (open: number) => {
    now.open = open;
    await clock.advance(1000);
    return [now.closes, limit.isExceeded()];
  };
  return { limit, second, metrics };
}

test('up to the limit nobody is closed or refused', async () => {
  const { second } = scene(500);
  expect(await second(500)).toEqual([0, false]);
});

test('beyond it idle connections are closed first, and requests refused where that was not enough', async () => {
  const { second } = scene(500);
  expect(await second(501)).toEqual([1, false]);
  expect(await second(501)).toEqual([2, true]);
  expect(await second(500)).toEqual([2, false]);
  expect(await second(900)).toEqual([3, false]);
});

test('what is open is told', async () => {
  const { second, metrics } = scene(500);
  await second(321);
  expect(await metrics.registry.metrics()).toContain('sswinfer_open_descriptors 321\n');
});

test('it stays below what the process may open', () => {
  expect(scene(500, 10_000).limit.max).toBe(500);
  expect(scene(16_384, 10_000).limit.max).toBe(7952);
  expect(scene(16_384, 1024).limit.max).toBe(512);
});

test('stopped, it looks no more', async () => {
  const { limit, second } = scene(500);
  limit.stop();
  expect(await second(501)).toEqual([0, false]);
});

test('the limit of the process is the soft one', () => {
  const line = 'Max open files            20000                1048576              files     \n';
  expect(maxIn(`Limit  Soft Limit  Hard Limit  Units\n${line}`)).toBe(20_000);
  expect(maxIn('Max open files            unlimited            unlimited            files\n')).toBe(
    Number.POSITIVE_INFINITY,
  );
});
