import { expect, test } from 'bun:test';
import type { Surroundings } from '../overhead/surroundings.ts';
import type { Throughput } from './load.ts';
import { formatReport, type Round } from './report.ts';

const surroundings: Surroundings = {
  date: '2026-11-21T00:00:00.000Z',
  command: 'bun run bench/queue/run.ts',
  machine: { cpu: 'a processor', cores: 2, architecture: 'x64', kernel: '6.1', memory_bytes: 1, load_average: 0 },
  versions: { 'ssw-infer': '0.1.0', commit: 'abc', bun: '1.4.5', redis: '7.0.15' },
};
const latency = { perSecond: 100, p50Ms: 0.1, p99Ms: 0.2 };

function roundOf(target: string, figures: Partial<Throughput>): Round {
  const point: Throughput = {
    waiting: 1000,
    tenants: 64,
    perSecond: 10_000,
    nodeCpuUs: 20,
    redisCpuUs: 40,
    nodeBytesPerWaiting: 2000,
    redisBytesPerWaiting: undefined,
    ...figures,
  };
  return { target, throughput: [point], idle: latency, half: latency };
}

/** The cells of the row of a target. */
function cellsOf(rounds: readonly Round[], target: string): readonly string[] {
  const text = formatReport({ benchmark: 'queue', ...surroundings, rounds });
  const rows = text.split('\n').map((it) => it.split('|').map((cell) => cell.trim()));
  return rows.find((it) => it[3] === target) ?? [];
}

test('each target beside the first one, which is what it is measured against', () => {
  const rounds = [roundOf('base', {}), roundOf('ours', { perSecond: 25_000, nodeCpuUs: 9, redisCpuUs: 15 })];
  expect(cellsOf(rounds, 'base').slice(1, -1)).toEqual([
    '1,000',
    '64',
    'base',
    '10,000',
    '-',
    '20.0',
    '40.0',
    '-',
    '2,000',
    '-',
  ]);
  expect(cellsOf(rounds, 'ours').slice(4, 9)).toEqual(['25,000', '2.50', '9.0', '15.0', '0.40']);
});

test('a ratio is of one round, and the median of all', () => {
  const rounds = [1, 2, 4].flatMap((slower) => [
    roundOf('base', { perSecond: 8000 / slower }),
    roundOf('ours', { perSecond: 16_000 / slower }),
  ]);
  expect(cellsOf(rounds, 'ours').slice(4, 6)).toEqual(['8,000 ±6,000', '2.00']);
});
