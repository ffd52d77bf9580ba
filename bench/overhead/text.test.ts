import { describe, expect, test } from 'bun:test';
import type { Report, RequestRow } from './report.ts';
import { formatReport } from './text.ts';

const just = (median: number) => ({ median, min: median, max: median });
const around = (median: number) => ({ median, min: median - 0.2, max: median + 0.1 });
const none = { gateway: null, redis: null };

const direct: RequestRow = {
  connections: 32,
  target: 'direct',
  answers: 1000,
  errors: 0,
  faults: [],
  latency_ms: { p50: just(0.1), p99: just(1) },
  added_ms: null,
  requests_per_s: just(98_765.4),
  cpu_s_per_1000_requests: none,
  rss_mb: none,
};
const gateway: RequestRow = {
  ...direct,
  target: 'ssw-infer',
  errors: 2,
  faults: ['status 503', 'status 503'],
  added_ms: { p50: around(2), p99: around(-3) },
  cpu_s_per_1000_requests: { gateway: around(0.04), redis: just(0.01) },
  rss_mb: { gateway: just(120), redis: just(9) },
};
const report: Report = {
  benchmark: 'overhead',
  date: '2026-01-02T03:04:05.000Z',
  command: 'bun run bench:overhead',
  machine: { cpu: 'CPU', cores: 2, architecture: 'x64', kernel: '6.1', memory_bytes: 1e9, load_average: 0.1 },
  versions: { 'ssw-infer': '1.2.3', commit: 'abcdef0', bun: '1.4.5', redis: '7.0.15' },
  rounds: 3,
  window_s: 3,
  requests: [direct, gateway],
  streams: [],
};

describe('the printed report', () => {
  const text = formatReport(report);
  const rowOf = (target: string) => {
    const line = text.split('\n').find((it) => it.includes(`| ${target} `)) ?? '';
    return line
      .split('|')
      .slice(1, -1)
      .map((it) => it.trim());
  };

  test('tells where and with what it was taken', () => {
    for (const part of [
      '2026-01-02',
      'CPU, 2 cores',
      'Linux 6.1',
      '1.2.3',
      'abcdef0',
      'Bun 1.4.5',
      'Redis 7.0.15',
      '3 rounds of 3 s',
    ])
      expect(text).toContain(part);
  });

  test('has a row a target, a dash where there is no figure, the range where there is one', () => {
    expect(rowOf('direct')).toEqual(['32', 'direct', '0.100', '1.000', '-', '-', '98,765', '-', '-', '-', '-', '0']);
    expect(rowOf('ssw-infer').slice(4)).toEqual([
      '2.000 ±0.150',
      '-3.000 ±0.150',
      '98,765',
      '0.0400 ±0.1500',
      '0.0100',
      '120',
      '9',
      '2',
    ]);
  });

  test('repeats what went wrong', () => {
    expect(text).toEndWith('ssw-infer: status 503\nssw-infer: status 503');
  });
});
