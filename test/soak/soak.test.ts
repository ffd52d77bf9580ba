import { afterAll, beforeAll, describe, expect, test } from 'bun:test';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startSswInfer } from '../../bench/overhead/targets/ssw-infer.ts';
import { BINARY } from '../support/node.ts';
import { until } from '../support/wait.ts';
import { abortMany, askMany } from './load.ts';
import { memoryDuring, type MemoryRange } from './memory.ts';
import {
  CONNECTIONS,
  DESCRIPTORS_LEFT_MAX,
  GROWTH_MAX,
  PARTS,
  SOAK,
  SOAK_MS_MAX,
  STREAMS_AT_ONCE,
} from './settings.ts';

/** A stream's pace: what is aborted has said a word and is far from its end. */
const TOKENS_PER_SECOND = 50;
const START_AND_STOP_MS_MAX = 90_000;
interface Reading extends MemoryRange {
  /** Once nothing runs any more. */
  readonly descriptors: number;
}

const stack = new AsyncDisposableStack();
const faults: string[] = [];
const readings: Reading[] = [];
let descriptorsBefore: number;
let pid: number;
let port: number;

beforeAll(async () => {
  const directory = mkdtempSync(join(tmpdir(), 'ssw-soak-'));
  stack.defer(() => rmSync(directory, { recursive: true, force: true }));
  const signal = AbortSignal.timeout(SOAK_MS_MAX);
  const target = await startSswInfer(BINARY, { directory, tokensPerSecond: TOKENS_PER_SECOND, stack, signal });
  pid = target.processes[0]?.pid ?? 0;
  ({ port } = target);
  const { model } = target;
  descriptorsBefore = descriptors();
  for (let part = 1; part <= PARTS; part += 1) {
    const startedMs = performance.now();
    const work = Promise.all([
      askMany(SOAK.requests / PARTS, { port, model, concurrency: CONNECTIONS }),
      abortMany(SOAK.abortedStreams / PARTS, { port, model, concurrency: STREAMS_AT_ONCE }),
    ]);
    const { result, range } = await memoryDuring(pid, work);
    const seconds = (performance.now() - startedMs) / 1000;
    faults.push(...result.flat());
    await until('nothing runs', async () => (await metric('inflight')) === 0);
    readings.push({ ...range, descriptors: descriptors() });
    process.stdout.write(`part ${part}: ${seconds.toFixed(1)} s, ${JSON.stringify(readings.at(-1))}\n`);
  }
}, SOAK_MS_MAX);
afterAll(() => stack.disposeAsync(), START_AND_STOP_MS_MAX);

const descriptors = () => readdirSync(`/proc/${pid}/fd`).length;

/** The sum of a metric's series. */
async function metric(name: string, labels = ''): Promise<number> {
  const text = await (await fetch(`http://127.0.0.1:${port}/metrics`)).text();
  const series = text.matchAll(new RegExp(`^sswinfer_${name}\\{[^}]*${labels}[^}]*\\} (\\S+)$`, 'gm'));
  return Array.from(series, ([, value]) => Number(value)).reduce((sum, value) => sum + value, 0);
}

describe(`${SOAK.requests} requests and ${SOAK.abortedStreams} aborted streams`, () => {
  test('are all answered, and counted as what they were', async () => {
    expect(faults).toEqual([]);
    expect(await metric('requests_total', 'outcome="completed"')).toBe(SOAK.requests);
    expect(await metric('requests_total', 'outcome="client_gone"')).toBe(SOAK.abortedStreams);
  });

  test('leave memory as it was in the first part', () => {
    const [first, last] = [readings[0], readings.at(-1)];
    expect(last?.medianBytes).toBeLessThan((first?.medianBytes ?? 0) * (1 + GROWTH_MAX));
  });

  test('leave no descriptor', () => {
    const [first, last] = [readings[0]?.descriptors ?? 0, readings.at(-1)?.descriptors];
    expect(first).toBeLessThanOrEqual(descriptorsBefore + DESCRIPTORS_LEFT_MAX);
    expect(last).toBeLessThanOrEqual(first + DESCRIPTORS_LEFT_MAX / 8);
  });

  test('leave nothing in line', async () => expect(await metric('queue_depth')).toBe(0));
});
