import { expect, test } from 'bun:test';
import type { Run } from '../overhead/figures.ts';
import type { Point } from '../overhead/plan.ts';
import type { Target } from '../overhead/targets/target.ts';
import { ratiosOf } from './ratios.ts';

const POINT: Point = { kind: 'requests', concurrency: 32 };

const direct: Target = { name: 'direct', port: 1, model: 'm', processes: [] };
const nginx: Target = { name: 'nginx', port: 2, model: 'm', processes: [{ role: 'gateway', pid: 1 }] };
const ours: Target = {
  name: 'ssw-infer',
  port: 3,
  model: 'm',
  processes: [
    { role: 'gateway', pid: 2 },
    { role: 'redis', pid: 3 },
  ],
};

/** 1,000 answers in a second; `cpuSeconds` in the order of the target's processes. */
function run(round: number, target: Target, ms: number, ...cpuSeconds: number[]): Run {
  const measurement = {
    windowSeconds: 1,
    answers: 1000,
    samples: 1000,
    timeMs: { p50Ms: ms, p99Ms: ms * 2 },
    errors: 0,
    faults: [],
    processes: cpuSeconds.map((it) => ({ cpuSeconds: it, residentBytes: 1 })),
  };
  return { round, point: POINT, target, measurement };
}

test('a figure of ours is over that of the peer in the same round', () => {
  const runs = [
    run(0, direct, 1),
    run(0, ours, 3, 0.6, 0.2),
    run(0, nginx, 2, 0.2),
    run(1, nginx, 4, 0.1),
    run(1, ours, 4, 0.4, 0.1),
    run(1, direct, 1),
  ];
  const [ratio, ...more] = ratiosOf(runs, 'ssw-infer', 'direct');
  expect(more).toEqual([]);
  expect(ratio).toMatchObject({ peer: 'nginx', point: '32 requests' });
  expect(ratio?.cpu_per_unit).toEqual({ median: expect.closeTo(3.5), min: expect.closeTo(3), max: expect.closeTo(4) });
  expect(ratio?.cpu_per_unit_with_redis?.min).toBeCloseTo(4);
  expect(ratio?.cpu_per_unit_with_redis?.max).toBeCloseTo(5);
  expect(ratio?.p50).toEqual({ median: 1.25, min: 1, max: 1.5 });
  expect(ratio?.added_p99).toEqual({ median: 1.5, min: 1, max: 2 });
  expect(ratio?.units_per_second).toEqual({ median: 1, min: 1, max: 1 });
});

test('a peer that was not measured there has no ratio, and what costs nothing is not divided by', () => {
  const runs = [run(0, direct, 1), run(0, ours, 3, 0.6, 0.2), run(0, nginx, 1, 0)];
  expect(ratiosOf(runs.slice(0, 2), 'ssw-infer', 'direct')).toEqual([]);
  expect(ratiosOf(runs, 'ssw-infer', 'direct')[0]).toMatchObject({ cpu_per_unit: null, added_p99: null });
});
