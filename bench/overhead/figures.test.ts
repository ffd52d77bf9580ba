import { describe, expect, test } from 'bun:test';
import { figuresOf, type Run } from './figures.ts';
import type { Measurement } from './load/job.ts';
import type { Point } from './plan.ts';
import type { Target } from './targets/target.ts';

const point: Point = { kind: 'requests', concurrency: 32 };
const direct: Target = { name: 'direct', port: 1, model: 'm', processes: [] };
const gateway: Target = {
  name: 'gateway',
  port: 2,
  model: 'm',
  processes: [
    { role: 'gateway', pid: 10 },
    { role: 'redis', pid: 11 },
    { role: 'gateway', pid: 12 },
  ],
};

function run(round: number, target: Target, p50Ms: number, more: Partial<Measurement> = {}): Run {
  const processes = target.processes.map((_, index) => ({
    cpuSeconds: 0.1 * (index + 1),
    residentBytes: 1000 * (index + 1),
  }));
  const timeMs = { p50Ms, p99Ms: p50Ms * 10 };
  const counts = { windowSeconds: 2, answers: 100, samples: 100, errors: 0, faults: [] };
  return { round, point, target, measurement: { ...counts, timeMs, processes, ...more } };
}

describe('figures of a point', () => {
  const runs = [
    run(0, direct, 1),
    run(0, gateway, 4),
    run(1, gateway, 3),
    run(1, direct, 2),
    run(2, direct, 1),
    run(2, gateway, 2),
  ];
  const [base, other] = figuresOf(point, runs);

  test('come target by target; the first is what the others are compared with', () => {
    expect([base?.target, other?.target]).toEqual(['direct', 'gateway']);
    expect(base?.addedMs).toBeUndefined();
    expect(base?.timeMs.p50).toEqual({ median: 1, min: 1, max: 2 });
  });

  test('added time is taken round by round, then over the rounds', () => {
    expect(other?.addedMs?.p50).toEqual({ median: 1, min: 1, max: 3 });
    expect(other?.addedMs?.p99).toEqual({ median: 10, min: 10, max: 30 });
  });

  test('CPU time and memory are summed over the processes of a role', () => {
    expect(other?.cpuSecondsPerUnit.gateway?.median).toBeCloseTo(0.004);
    expect(other?.cpuSecondsPerUnit.redis?.median).toBeCloseTo(0.002);
    expect(other?.residentBytes).toMatchObject({ gateway: { median: 4000 }, redis: { median: 2000 } });
    expect(base?.cpuSecondsPerUnit).toEqual({ gateway: undefined, redis: undefined });
  });

  test('rate, answers, errors and faults count every round', () => {
    expect(other).toMatchObject({ answers: 300, errors: 0, unitsPerSecond: { median: 50, min: 50, max: 50 } });
    const [failing] = figuresOf(point, [
      run(0, direct, 1, { errors: 2, faults: ['a'] }),
      run(1, direct, 1, { errors: 1, faults: ['b'] }),
    ]);
    expect(failing).toMatchObject({ errors: 3, faults: ['a', 'b'] });
  });

  test('runs of other points stay out', () => {
    expect(figuresOf({ kind: 'streams', concurrency: 32 }, runs)).toEqual([]);
  });
});
